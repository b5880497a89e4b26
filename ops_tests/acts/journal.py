"""The undo journal of a target: what a drill does is on disk, with what undoes it, before it is done.

A line of JSON an entry, flushed to the disk before anything happens; what was undone gets a line of its own. Whoever
finds an entry without such a line knows that a drill died in the middle.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from ops_tests.acts.journal_file import journal_file
from ops_tests.errors import Unparsable
from ops_tests.target_file import typed_as

if TYPE_CHECKING:
    from ops_tests.target import Target


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    run_id: str


class Restarting(_Entry):
    """A machine that was started is restarted; undone once it is started."""

    act: Literal["restart"] = "restart"
    machine: str

    def __str__(self) -> str:
        return f"restart of machine {self.machine}"


class Deploying(_Entry):
    """Another image is deployed; undone once every machine runs the one from before again.

    Attributes:
        image: The image from before.
        to: The other one.
        newest: The newest release's number when this was written.
    """

    act: Literal["deploy"] = "deploy"
    image: str
    to: str
    newest: int

    def __str__(self) -> str:
        return f"deployment of {self.to} instead of {self.image}"


class Planting(_Entry):
    """A dead letter of ours is planted; undone once no letter of its shop is left."""

    act: Literal["plant"] = "plant"
    letter: str
    shop: str

    def __str__(self) -> str:
        return f"dead letter {self.letter}, planted by a drill"


class _Undone(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    undone: int


Entry = Restarting | Deploying | Planting
_LINE: TypeAdapter[Entry | _Undone] = TypeAdapter(
    Annotated[Restarting | Deploying | Planting, Field(discriminator="act")] | _Undone
)


class Journal:
    """The journal of one target.

    Args:
        path: Its file, which is there only while something is to be undone.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def path(self) -> Path:
        """Its file."""
        return self._path

    def open_entries(self) -> dict[int, Entry]:
        """What is still to be undone, by number, in the order in which it was begun.

        Raises:
            Unparsable: The file is no journal.
        """
        try:
            text = self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        found: dict[int, Entry] = {}
        # What stands behind the last line break was cut off while it was written, so it was not begun.
        for number, line in enumerate(text.split("\n")[:-1]):
            try:
                read = _LINE.validate_json(line)
            except ValidationError:
                raise Unparsable(
                    f"{self._path}, line {number + 1}, is no entry of an undo journal; expected one. Look what it "
                    "tells of, put that right by hand, and remove the file"
                ) from None
            if isinstance(read, _Undone):
                found.pop(read.undone, None)
            else:
                found[number] = read
        return found

    def begin(self, entry: Entry) -> int:
        """Write down what is about to be done; on disk when this returns.

        Returns:
            The entry's number.

        Raises:
            OSError: It could not be written, so nothing may be done.
        """
        number = self._lines()
        self._append(entry.model_dump_json())
        return number

    def undone(self, number: int) -> None:
        """Write down that an entry is undone; with the last one the file goes."""
        self._append(json.dumps({"undone": number}))
        if not self.open_entries():
            self._path.unlink()

    def _lines(self) -> int:
        return self._path.read_text(encoding="utf-8").count("\n") if self._path.exists() else 0

    def _append(self, line: str) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        whole = self._path.read_bytes().rpartition(b"\n") if self._path.exists() else (b"", b"", b"")
        descriptor = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            os.ftruncate(descriptor, len(whole[0]) + len(whole[1]))  # what was cut off
            os.lseek(descriptor, 0, os.SEEK_END)
            os.write(descriptor, f"{line}\n".encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        self._sync_folder()

    def _sync_folder(self) -> None:
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def journal_of(folder: Path, target: Target) -> Journal:
    """A target's journal, in the folder of ``journal_file``."""
    return Journal(journal_file(folder, target))


def recover_line(target: Target) -> str:
    """What is typed to undo what a drill left."""
    return f"python -m ops_tests recover --target {typed_as(target)} --permit {target.name} --yes"
