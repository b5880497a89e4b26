"""Evolution Hub's faults by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops_tests.sandbox.evolution_hub import faults_analytics, faults_application, faults_cloudflare, faults_wrangler

if TYPE_CHECKING:
    from ops_tests.sandbox.fault import Fault

FAULTS: dict[str, Fault] = {
    fault.name: fault
    for part in (faults_application, faults_cloudflare, faults_wrangler, faults_analytics)
    for fault in part.FAULTS
}
