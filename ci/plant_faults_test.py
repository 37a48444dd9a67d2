"""The faults can be planted; that tests find them only plant_faults itself shows, which builds."""

import importlib.machinery
import importlib.util
import tempfile
import unittest
from pathlib import Path

from faults import FAULTS
from planting import CI


def load():
    loader = importlib.machinery.SourceFileLoader("plant_faults", str(CI / "plant_faults"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("plant_faults", loader))
    loader.exec_module(module)
    return module


class PlantFaults(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.tree = Path(folder.name)

    def copy(self, path: str) -> str:
        source = (CI.parent / path).read_text()
        (self.tree / path).parent.mkdir(parents=True, exist_ok=True)
        (self.tree / path).write_text(source)
        return source

    def test_each_fault_changes_its_source_in_one_place(self) -> None:
        tool = load()
        for fault in FAULTS:
            with self.subTest(fault=fault.wrong):
                source = self.copy(fault.path)
                self.assertEqual(tool.plant(self.tree, fault), source)
                planted = (self.tree / fault.path).read_text()
                self.assertNotEqual(planted, source)

    def test_a_fault_whose_text_is_gone_is_no_fault(self) -> None:
        self.copy(FAULTS[0].path)
        (self.tree / FAULTS[0].path).write_text("rewritten\n")
        with self.assertRaises(SystemExit):
            load().plant(self.tree, FAULTS[0])


if __name__ == "__main__":
    unittest.main()
