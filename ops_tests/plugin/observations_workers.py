"""What only a Worker has: a live watch of its invocations, and D1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops_tests.plugin.gather import observation

if TYPE_CHECKING:
    from ops_tests.plugin.look import Look
    from ops_tests.records.platform import Release
    from ops_tests.records.workers import D1Answer, D1Bookmark, Watch


@observation("watch", "platform.worker")
def watch(look: Look) -> Watch:
    """The Worker's invocations for some seconds, our own request among them."""
    part = look.target.watch
    assert part is not None, "only applicable with [watch]"  # noqa: S101  # NEEDS has seen to it
    return look.cloudflare.watch(part.seconds, lambda word: _ask(look, f"{part.path}?ops={word}"))


def _ask(look: Look, path: str) -> None:
    look.web.get(path, follow=False)


@observation("platform.staging")
def staging_releases(look: Look) -> tuple[Release, ...]:
    """The deployments of the Worker that every change is deployed to first, newest first."""
    return look.cloudflare.staging_releases()


@observation("d1", "platform.worker")
def d1_answer(look: Look) -> D1Answer:
    """What D1 answers to ``SELECT 1``."""
    return look.cloudflare.d1_answer(_database(look))


@observation("d1", "platform.worker")
def d1_bookmark(look: Look) -> D1Bookmark:
    """The bookmark that D1's time travel would lead back to now."""
    return look.cloudflare.d1_bookmark(_database(look))


def _database(look: Look) -> str:
    assert look.target.d1 is not None, "only applicable with [d1]"  # noqa: S101  # NEEDS has seen to it
    return look.target.d1.database
