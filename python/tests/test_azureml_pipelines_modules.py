"""Modules, drafts and parallel runs."""

from __future__ import annotations

import contextlib
import io
from typing import Any

from test_azureml_pipelines import PipelineCase

from azureml.core import Dataset, Environment, Experiment
from azureml.exceptions import UserErrorException
from azureml.pipeline.core import Pipeline, PipelineData, PipelineDraft, PipelineParameter
from azureml.pipeline.core.graph import InputPortDef, OutputPortDef
from azureml.pipeline.core.module import Module
from azureml.pipeline.steps import ModuleStep, ParallelRunConfig, ParallelRunStep, PythonScriptStep


class Modules(PipelineCase):
    def test_a_published_script_is_a_step_of_later_pipelines(self) -> None:
        """Ports by argument and by variable; parameters with the module's defaults; the folder may be gone by then."""
        self.write({
            "make/make.py": "import os\nopen(os.path.join(os.environ['AZUREML_DATAREFERENCE_made'], 'n'), 'w').write(os.environ['AML_PARAMETER_number'])\n",
            "double/double.py": "import os, sys\nprint('double', 2 * int(open(os.path.join(sys.argv[1], 'n')).read()), os.environ['AZUREML_DATAREFERENCE_given'] == sys.argv[1])\n",
        })
        make = Module.create(self.workspace, name="Make numbers", description="makes")
        make.publish_python_script("make.py", "first", outputs=[OutputPortDef("made", default_datastore_name="workspaceblobstore")], params={"number": 20}, source_directory="make", version="1")
        double = Module.create(self.workspace, "double", "doubles")
        double.publish_python_script("double.py", "first", inputs=[InputPortDef("given")], source_directory="double")
        with self.assertRaisesRegex(UserErrorException, "already"):
            Module.create(self.workspace, "double", "again")
        data = PipelineData("numbers")
        found = Module.get(self.workspace, name="Make numbers")
        first = ModuleStep(module=found, outputs_map={"made": data}, params={"number": 21})
        second = ModuleStep(module=Module.get(self.workspace, module_id=double.id), inputs_map={"given": data}, arguments=[data])
        run, _ = self.submit(Pipeline(self.workspace, [first, second]))
        self.assertIn("double 42 True", run.find_step_run("double")[0].get_job_log())
        self.write({"make/make.py": "raise SystemExit(1)\n"})
        found.publish_python_script("make.py", "second", outputs=[OutputPortDef("made")], source_directory="make", is_default=True, params={"number": 1})
        self.assertEqual((sorted(found.get_versions()), found.get_default_version()), (["1", "2"], "2"))
        again, _ = self.submit(Pipeline(self.workspace, [ModuleStep(module=found, version="1", outputs_map={"made": data}, params={"number": 21})]))
        self.assertTrue(again.get_steps()[0].reused)
        with self.assertRaisesRegex(ValueError, "has no port other; it has made"):
            ModuleStep(module=found, outputs_map={"other": data})


class Drafts(PipelineCase):
    def quiet(self, call: Any, *arguments: Any, **named: Any) -> Any:
        with contextlib.redirect_stdout(io.StringIO()):
            return call(*arguments, **named)

    def build(self, word: str) -> Pipeline:
        self.write({"src/step.py": "import sys\nprint('drafted', sys.argv[1:])\n"})
        return Pipeline(self.workspace, [PythonScriptStep("step.py", arguments=[word, PipelineParameter("n", 1)], source_directory="src")])

    def test_a_draft_is_kept_changed_submitted_and_published(self) -> None:
        draft = PipelineDraft.create(self.workspace, name="Draft", description="d", experiment_name="drafts", pipeline=self.build("one"), continue_on_step_failure=True, tags={"dev": "true"}, properties={"k": "v"})
        run = self.quiet(PipelineDraft.get(self.workspace, id=draft.id).submit_run)
        run.wait_for_completion(show_output=False)
        self.assertIn("['one', '1']", run.get_steps()[0].get_job_log())
        draft.update(pipeline=self.build("two"), pipeline_parameters={"n": 5}, name="Changed")
        (listed,) = PipelineDraft.list(self.workspace, tags={"dev": "true"})
        self.assertEqual((listed.name, listed.properties, PipelineDraft.list(self.workspace, tags={"dev": "no"})), ("Changed", {"k": "v"}, []))
        published = listed.publish()
        started = self.quiet(Experiment(self.workspace, "drafts").submit, published)
        started.wait_for_completion(show_output=False)
        self.assertIn("['two', '5']", started.get_steps()[0].get_job_log())
        draft.delete()
        self.assertNotIn(draft.id, [each.id for each in PipelineDraft.list(self.workspace)])


entry = """\
import argparse, os
def init():
    global prefix
    parser = argparse.ArgumentParser()
    parser.add_argument("--prefix")
    prefix = parser.parse_known_args()[0].prefix
def run(mini_batch):
    if any(path.endswith("bad.txt") for path in mini_batch):
        raise ValueError("a bad file")
    return [f"{prefix} {os.path.basename(path)} {open(path).read()} {len(mini_batch)}" for path in mini_batch]
"""


class Parallel(PipelineCase):
    def build(self, threshold: int) -> "tuple[Pipeline, PipelineData]":
        out = PipelineData("scores")
        store = self.workspace.get_default_datastore()
        store.upload("data", target_path="many", show_progress=False)
        files = Dataset.File.from_files(path=[(store, "many")]).as_named_input("many")
        config = ParallelRunConfig(environment=Environment("plain"), entry_script="entry.py", error_threshold=threshold, output_action="append_row", compute_target="local", node_count=1, process_count_per_node=2, mini_batch_size=PipelineParameter("batch", "2"), source_directory="score", append_row_file_name="rows.txt")
        step = ParallelRunStep(name="score", parallel_run_config=config, inputs=[files], output=out, arguments=["--prefix", "p q"])
        return Pipeline(self.workspace, [step]), out

    def test_an_entry_script_runs_over_mini_batches(self) -> None:
        """Rows in the files' order; a script that does not answer for a file counts it as failed; beyond the threshold the step fails."""
        self.write({"score/entry.py": entry, **{f"data/{name}.txt": name for name in "abcde"}})
        pipeline, _ = self.build(0)
        run, _ = self.submit(pipeline)
        place = run.get_steps()[0].get_output_data("scores")
        place.download("here", show_progress=False)
        with open(f"here/{place.path_on_datastore}/rows.txt") as file:
            self.assertEqual(file.read().splitlines(), ["p q a.txt a 2", "p q b.txt b 2", "p q c.txt c 2", "p q d.txt d 2", "p q e.txt e 1"])
        again, _ = self.submit(pipeline, pipeline_parameters={"batch": "2"})
        self.assertTrue(again.get_steps()[0].reused)
        self.write({"data/bad.txt": "bad"})
        pipeline, _ = self.build(1)
        with self.assertRaisesRegex(Exception, "(?s)a bad file.*The error threshold is 1"):
            self.submit(pipeline)
        pipeline, _ = self.build(-1)
        self.assertIn("4 items processed, 2 failed", self.submit(pipeline)[0].get_steps()[0].get_job_log())
