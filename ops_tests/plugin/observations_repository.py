"""What the application's repository says, read from a clone on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops_tests.errors import Blind
from ops_tests.plugin.gather import observation

if TYPE_CHECKING:
    from ops_tests.clients.repository import Repository
    from ops_tests.plugin.look import Look
    from ops_tests.records.repository import Changelog, FileChange, Tag
    from ops_tests.target_parts import RepositoryPart


def _part(look: Look) -> RepositoryPart:
    part = look.target.repository
    if part is None:
        raise Blind(f"{look.target.file} has no [repository]; expected one. Add it with path")
    return part


def _repository(look: Look) -> Repository:
    from ops_tests.clients.repository import Repository

    return Repository(look.target.file.parent / _part(look).path.expanduser(), look.target.environment)


@observation("repository")
def version_tags(look: Look) -> tuple[Tag, ...]:
    """The tags of versions."""
    return _repository(look).tags()


@observation("platform.app", "repository")
def released_commit(look: Look) -> str:
    """The whole id of the commit that the newest complete release was built from."""
    from ops_tests.rules import repository as rules

    return _repository(look).commit(rules.released_commit(look.see("releases"), look.see("machines")))


@observation("repository.changelog")
def changelog(look: Look) -> Changelog:
    """The changelog, as the newest version was tagged and as it is checked out."""
    from ops_tests.records.repository import Changelog
    from ops_tests.rules import repository as rules

    repository, path = _repository(look), _part(look).changelog or ""
    tag = rules.newest_tag(look.see("version_tags")).name
    return Changelog(path, tag, repository.text(tag, path), repository.text("HEAD", path))


@observation("repository.lock_file")
def lock_file_change(look: Look) -> FileChange:
    """The last commit that changed the dependencies' lock file."""
    return _repository(look).last_change(_part(look).lock_file or "")
