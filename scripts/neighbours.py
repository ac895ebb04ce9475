"""The scripts of this folder are programs without an ending, which `import` does not find."""

import importlib.machinery
import importlib.util
from pathlib import Path


def script(name):
    """Another script as a module."""
    loader = importlib.machinery.SourceFileLoader(name.replace("-", "_"), str(Path(__file__).with_name(name)))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module
