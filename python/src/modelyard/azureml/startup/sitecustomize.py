"""Makes ``azureml`` importable in every Python of a job, before its script begins.

This folder stands on the job's ``PYTHONPATH``. Nothing is loaded until something asks for ``azureml``; an environment's own ``sitecustomize`` runs as ever.
"""

import sys
from _frozen_importlib import module_from_spec
from _frozen_importlib_external import PathFinder


class _Waiting:
    """Takes the surface's finder in its place when the first name of it is asked for."""

    def find_spec(self, name, path=None, target=None):  # type: ignore[no-untyped-def]
        if name != "azureml" and not name.startswith("azureml."):
            return None
        sys.meta_path.remove(self)
        from modelyard.azureml.finder import SurfaceFinder, install

        install()
        return SurfaceFinder().find_spec(name)


sys.meta_path.insert(0, _Waiting())  # type: ignore[arg-type]

_here = __file__.rpartition("/")[0]
_next = PathFinder.find_spec("sitecustomize", [folder for folder in sys.path if folder != _here])
if _next is not None and _next.loader is not None:
    _next.loader.exec_module(module_from_spec(_next))
