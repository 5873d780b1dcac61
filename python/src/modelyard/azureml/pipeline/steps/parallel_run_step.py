"""``azureml.pipeline.steps.parallel_run_step``: a script over many files, in mini-batches."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Mapping, Optional, Sequence

from ....trees import snapshot_ignore_files, store_entries, tree_entries, upload_files, upload_tree
from ...connection import warn_ignored
from ..core.builder import PipelineStep
from ..core.graph import PipelineParameter
from ._script import ScriptStep

_driver = "modelyard_parallel_driver.py"


class ParallelRunConfig:
    """How a :class:`ParallelRunStep` works: its script, its mini-batches, what it does with results and errors.

    One node does the work with ``process_count_per_node`` processes (as many as it has cores when nothing is said).
    """

    def __init__(
        self,
        environment: Any,
        entry_script: str,
        error_threshold: int,
        output_action: str,
        compute_target: Any,
        node_count: int,
        process_count_per_node: "int | PipelineParameter | None" = None,
        mini_batch_size: "str | int | PipelineParameter | None" = None,
        source_directory: Optional[str] = None,
        description: Optional[str] = None,
        logging_level: str = "INFO",
        run_invocation_timeout: "int | PipelineParameter" = 60,
        run_max_try: "int | PipelineParameter" = 3,
        append_row_file_name: Optional[str] = None,
        allowed_failed_count: Optional[int] = None,
        allowed_failed_percent: Optional[float] = None,
        partition_keys: Optional[Sequence[str]] = None,
        environment_variables: Optional[Mapping[str, str]] = None,
    ) -> None:
        if output_action not in ("append_row", "summary_only"):
            raise ValueError(f"The output action {output_action!r} is neither 'append_row' nor 'summary_only'.")
        if partition_keys:
            raise NotImplementedError("partition_keys are not supported on Modelyard: mini-batches are made of files, by mini_batch_size.")
        for name, value in (("allowed_failed_count", allowed_failed_count), ("allowed_failed_percent", allowed_failed_percent)):
            if value is not None:
                raise NotImplementedError(f"{name} is not supported on Modelyard: error_threshold bounds the items that may fail.")
        if node_count > 1:
            warn_ignored("ParallelRunConfig(node_count=…)", "the step works on one node with all its processes")
        size = 10 if mini_batch_size is None else mini_batch_size
        if not isinstance(size, PipelineParameter) and not re.fullmatch(r"\d+|\d+(\.\d+)?\s*(KB|MB|GB)", str(size), re.IGNORECASE):
            raise ValueError(f"The mini-batch size {size!r} is neither a number of files nor a size such as '1MB'.")
        self.environment = environment
        self.entry_script = entry_script
        self.error_threshold = error_threshold
        self.output_action = output_action
        self.compute_target = compute_target
        self.node_count = node_count
        self.process_count_per_node = process_count_per_node
        self.mini_batch_size = size
        self.source_directory = source_directory
        self.description = description
        self.logging_level = logging_level
        self.run_invocation_timeout = run_invocation_timeout
        self.run_max_try = run_max_try
        self.append_row_file_name = append_row_file_name or "parallel_run_step.txt"
        self.environment_variables = dict(environment_variables or {})


class ParallelRunStep(ScriptStep):
    """Runs an entry script with ``init()`` and ``run(mini_batch)`` over the files of its inputs."""

    def __init__(
        self,
        name: str,
        parallel_run_config: ParallelRunConfig,
        inputs: Sequence[Any],
        output: Any = None,
        side_inputs: Optional[Sequence[Any]] = None,
        arguments: Optional[Sequence[Any]] = None,
        allow_reuse: bool = True,
    ) -> None:
        if not inputs:
            raise ValueError(f"The step {name} needs inputs: the files that its script is run over.")
        if parallel_run_config.output_action == "append_row" and output is None:
            raise ValueError(f"The step {name} appends rows, so it needs an output.")
        for given in inputs:
            _refuse_tables(name, given)
        PipelineStep.__init__(self, name, [*inputs, *(side_inputs or [])], [] if output is None else [output], arguments)
        self._config = parallel_run_config
        self._batched = [*inputs]
        self._output = output
        self._set_up(compute_target=parallel_run_config.compute_target, source_directory=parallel_run_config.source_directory, allow_reuse=allow_reuse)

    def _describe(self, builder: Any) -> "dict[str, Any]":
        config = self._config
        folder = self._folder(builder)
        if not Path(folder, config.entry_script).is_file():
            raise ValueError(f"Step [{self.name}]: entry script not found at: {Path(folder, config.entry_script).resolve()}")
        self._prepare(builder)
        variables = getattr(config.environment, "environment_variables", None) or {}
        builder.set_variables({**variables, **config.environment_variables})
        words: "list[Any]" = ["--modelyard-entry", Path(config.entry_script).as_posix()]
        for given in self._batched:
            words += ["--modelyard-input", given]
        words += ["--modelyard-output", "." if self._output is None else self._output]
        if config.output_action == "append_row":
            words += ["--modelyard-append", config.append_row_file_name]
        words += ["--modelyard-batch", config.mini_batch_size, "--modelyard-tries", config.run_max_try, "--modelyard-threshold", config.error_threshold, "--modelyard-timeout", config.run_invocation_timeout]
        if config.process_count_per_node is not None:
            words += ["--modelyard-processes", config.process_count_per_node]
        document = self._finish(builder, builder.command_of([*words, *self._arguments], ["python", _driver]), None)
        described = config.environment._for_job() if config.environment is not None else None
        code = builder.graph.stored_code(f"{Path(folder).resolve().name}-{builder.key}", lambda own: _with_driver(own, folder))
        return {**document, "code": code, **({} if described is None else {"environment": described})}


def _refuse_tables(name: str, given: Any) -> None:
    dataset = getattr(given, "dataset", given)
    if getattr(dataset, "_kind", None) == "Tabular":
        raise NotImplementedError(f"The step {name} has a tabular dataset as input; on Modelyard mini-batches are made of files. Give it the file dataset.")


def _with_driver(own: Any, folder: str) -> str:
    """The folder's files with the driver beside them."""
    entries = tree_entries(own.connection, own.name, upload_tree(own.connection, own.name, folder, ignore_files=snapshot_ignore_files))
    driver = Path(__file__).with_name("_parallel_driver.py")
    with TemporaryDirectory() as staging:
        # A copy, so that the file's mode is the same wherever the package lies.
        copy = Path(staging) / _driver
        copy.write_bytes(driver.read_bytes())
        added = upload_files(own.connection, own.name, [(_driver, copy)])
    return store_entries(own.connection, own.name, [entry for entry in entries if entry["path"] != _driver] + added)
