"""Of pytest, pluggy, xdist and pytest-html the suite uses only what they publish."""

from __future__ import annotations

import pytest

from tests.house.public_rules import private_attributes, private_imports
from tests.house.source import PACKAGE, REPOSITORY, Source, read

SOURCES = {source.path: source for source in [*read(PACKAGE), *read(REPOSITORY, "conftest.py")]}
NEAR_PYTEST = [path for path in SOURCES if path.startswith(("ops_tests/plugin/", "ops_tests/checks/", "conftest"))]
"""The only files that hold objects of pytest: elsewhere nobody imports it."""

PRIVATE_IMPORTS = (
    "import _pytest",
    "from _pytest.reports import TestReport",
    "def late():\n    import _pytest.config",
    "from pluggy import _hooks",
    "from xdist import _path",
    "import pytest_html._x.y",
)
PRIVATE_ATTRIBUTES = (
    "def pytest_itemcollected(item):\n    item._nodeid = 'x'",
    "def pytest_configure(config):\n    config.pluginmanager._name2plugin.clear()",
    "def fixture(request):\n    return request.node._request",
    "getattr(item, '_nodeid')",
    "setattr(item, '_nodeid', 1)",
    "item.__dict__['_nodeid'] = 1",
    "from xdist.scheduler import LoadScopeScheduling\n\nclass A(LoadScopeScheduling):\n    def _split_scope(self): ...",
    "import pytest\n\nclass A(pytest.Item):\n    def runtest(self):\n        self._report_sections.clear()",
    "class A:\n    def go(self):\n        super()._assign_work_unit()",
)


def test_nothing_private_is_imported() -> None:
    assert not {path: told for path, source in SOURCES.items() if (told := private_imports(source))}


def test_no_private_attribute_is_used_where_objects_of_pytest_are() -> None:
    assert not {path: told for path in NEAR_PYTEST if (told := private_attributes(SOURCES[path]))}


def test_pytest_is_imported_only_by_plugin_and_checks() -> None:
    users = {path for path, source in SOURCES.items() if "import pytest" in source.text or "from pytest" in source.text}
    assert users <= set(NEAR_PYTEST)


@pytest.mark.parametrize("text", PRIVATE_IMPORTS)
def test_a_private_import_is_found(text: str) -> None:
    assert private_imports(Source("ops_tests/plugin/gather.py", text))


@pytest.mark.parametrize("text", PRIVATE_ATTRIBUTES)
def test_a_private_attribute_is_found(text: str) -> None:
    assert private_attributes(Source("ops_tests/plugin/gather.py", text))


def test_what_is_public_or_our_own_is_no_offence() -> None:
    text = "import pytest\nfrom xdist import scheduler\n\nclass A:\n    def go(self):\n        self._x = 1"
    assert not private_imports(Source("ops_tests/plugin/gather.py", text))
    assert not private_attributes(Source("ops_tests/plugin/gather.py", text + "\n\nitem.__dict__['ops_check'] = True"))
