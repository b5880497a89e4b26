"""Judging the size of images, with and without a limit."""

from __future__ import annotations

from ops_tests.records.images import ImageSize
from ops_tests.records.platform import Image
from ops_tests.rules import images
from ops_tests.target_parts import FlyPlatform

SIZE = ImageSize(Image("registry.fly.io/x", "one"), (120_000_000, 61_000_000))
PART = FlyPlatform(kind="fly", app="x")


def test_an_image_over_its_limit_is_named_with_its_largest_layer() -> None:
    limit = images.size_limit(PART.model_copy(update={"image_mb": 150}), [SIZE])
    assert images.too_big([SIZE], limit) == ["one takes 181 MB in 2 layers, the largest 120 MB"]
    assert str(limit) == "150 MB (platform.image_mb)"


def test_without_a_limit_the_first_reading_holds_and_proposes_one() -> None:
    assert images.too_big([SIZE], images.size_limit(PART, [SIZE])) == []
    (note,) = images.proposal(PART, [SIZE])
    assert note.endswith("no limit is configured; write under [platform]: image_mb = 220")


def test_with_a_limit_nothing_is_proposed() -> None:
    assert images.proposal(PART.model_copy(update={"image_mb": 150}), [SIZE]) == []
