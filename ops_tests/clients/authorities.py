"""Whom we trust to sign certificates: the public authorities, or a target's private one and nobody else."""

from __future__ import annotations

import ssl
from functools import cache
from pathlib import Path

# The package first and whole: two threads that import parts of it at once find it half made.
import requests

from ops_tests.errors import Blind


def trusting(authority: Path | None) -> ssl.SSLContext:
    """The client's side of TLS, which verifies chain, host and dates.

    The public authorities are read once: it takes 20 ms, and with urllib3's own context each connection would do it.

    Args:
        authority: A PEM file with the only authority to trust; None for the public ones our HTTP client comes with.

    Raises:
        Blind: The file holds no certificate that can be read.
    """
    file = authority or Path(requests.utils.DEFAULT_CA_BUNDLE_PATH)
    try:
        return _reading(authority) if authority else _public(file)
    except (OSError, ValueError) as error:
        remedy = "https.authority" if authority else "else install requests and certifi anew"
        raise Blind(
            f"the authority's file {file} cannot be read as PEM ({type(error).__name__}); expected a certificate. "
            f"Next: openssl x509 -noout -subject -in {file} ({remedy})"
        ) from None


def _reading(file: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=file)
    context.hostname_checks_common_name = False  # nor does a browser
    return context


_public = cache(_reading)
