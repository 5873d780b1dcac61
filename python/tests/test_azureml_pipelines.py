"""Pipelines of the v1 era on a real server: graphs, reuse, failures, what steps leave."""

from __future__ import annotations

import contextlib
import io
import os
from typing import Any

from support import FolderCase, server

import modelyard.azureml.install  # noqa: F401
from azureml.core import Dataset, Experiment, Workspace
from azureml.core.runconfig import RunConfiguration
from azureml.data import OutputFileDatasetConfig
from azureml.data.dataset_consumption_config import DatasetConsumptionConfig
from azureml.exceptions import ActivityFailedException, UserErrorException
from azureml.pipeline.core import InputPortBinding, Pipeline, PipelineData, PipelineParameter, PipelineRun, StepSequence
from azureml.pipeline.steps import CommandStep, DatabricksStep, PythonScriptStep

write_text = """\
import argparse, os
parser = argparse.ArgumentParser()
parser.add_argument("--out")
parser.add_argument("--text", default="words")
arguments, rest = parser.parse_known_args()
os.makedirs(arguments.out, exist_ok=True)
with open(os.path.join(arguments.out, "words.txt"), "w") as file:
    file.write(arguments.text)
"""
read_text = """\
import os, sys
print("read", open(os.path.join(sys.argv[1], "words.txt")).read(), sys.argv[2:])
"""


class PipelineCase(FolderCase):
    """In a folder of its own, with a workspace of its own."""

    def setUp(self) -> None:
        super().setUp()
        os.environ["MODELYARD_URL"], os.environ["MODELYARD_TOKEN"] = server()["url"], server()["token"]
        name = f"pipelines-{self.id().rsplit('.', 1)[-1].replace('_', '-')}"[:60].strip("-")
        self.workspace = Workspace.create(name, subscription_id="s", resource_group="r", exist_ok=True, show_output=False)

    def submit(self, pipeline: Pipeline, **options: Any) -> "tuple[PipelineRun, str]":
        """Submits, waits, and answers the run with what was printed."""
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            run = Experiment(self.workspace, "tests").submit(pipeline, **options)
            run.wait_for_completion(show_output=False)
        return run, printed.getvalue()

    def two_steps(self, text: Any = "hello", **more: Any) -> "list[PythonScriptStep]":
        self.write({"write/write.py": write_text, "read/read.py": read_text})
        data = PipelineData("words")
        write = PythonScriptStep("write.py", name="write words", arguments=["--out", data, "--text", text], outputs=[data], source_directory="write", **more)
        read = PythonScriptStep("read.py", arguments=[data, "a b", 7, 0.5, True, "$HOME 'quoted' ${{inputs.x}}"], inputs=[data], source_directory="read")
        return [write, read]


class Graphs(PipelineCase):
    def test_data_orders_steps_and_becomes_paths(self) -> None:
        """Arguments arrive as they were given, whatever characters they have; a step without a name is called like its script."""
        run, printed = self.submit(Pipeline(self.workspace, self.two_steps()))
        self.assertEqual(run.get_status(), "Finished")
        self.assertIn("Created step write words [", printed)
        self.assertIn(f"Submitted PipelineRun {run.id}", printed)
        (read,) = run.find_step_run("read.py")
        self.assertIn("""read hello ['a b', '7', '0.5', 'True', "$HOME 'quoted' ${{inputs.x}}"]""", read.get_job_log())
        self.assertEqual([step.name for step in run.get_steps()], ["write words", "read.py"])
        self.assertEqual({child.id for child in run.get_children()}, {step.id for step in run.get_steps()})

    def test_a_producer_that_is_not_listed_belongs_to_the_graph(self) -> None:
        """What a listed step reads is made, unless the closure is left open: then validate says what is missing."""
        write, read = self.two_steps()
        run, _ = self.submit(Pipeline(self.workspace, [read]))
        self.assertEqual(len(run.get_steps()), 2)
        (problem,) = Pipeline(self.workspace, [read], resolve_closure=False).validate()
        self.assertIn("write words", problem)

    def test_sequences_and_run_after_order_steps_without_data(self) -> None:
        """A list in a sequence runs at once; the part after it waits for all of it."""
        self.write({"src/step.py": "import sys\nprint(sys.argv[1])\n"})
        a, b, c, d = (PythonScriptStep("step.py", name=name, arguments=[name], source_directory="src") for name in "abcd")
        pipeline = Pipeline(self.workspace, StepSequence([a, [b, c], d]))
        run, _ = self.submit(pipeline)
        needs = {step["name"]: sorted(step["needs"]) for step in run._read()["steps"]}
        self.assertEqual(needs, {"a": [], "b": ["a"], "c": ["a"], "d": ["b", "c"]})

    def test_a_cycle_is_said_by_validate_and_submits_nothing(self) -> None:
        """Before any upload: the source folder could be large."""
        self.write({"src/step.py": ""})
        a, b = (PythonScriptStep("step.py", name=name, source_directory="src") for name in "ab")
        a.run_after(b)
        b.run_after(a)
        pipeline = Pipeline(self.workspace, [a, b])
        (problem,) = pipeline.validate()
        self.assertIn("Cycle", problem)
        with self.assertRaisesRegex(UserErrorException, "Cycle"):
            Experiment(self.workspace, "tests").submit(pipeline)
        self.assertEqual([*self.workspace._own.jobs.list()], [])
        self.assertEqual(Pipeline(self.workspace, self.two_steps()).validate(), [])

    def test_what_is_wrong_is_said_when_the_pipeline_is_built_or_validated(self) -> None:
        """A missing script, an unknown compute target, an unknown argument."""
        self.write({"src/step.py": ""})
        with self.assertRaisesRegex(ValueError, r"Step \[none.py\]: script not found at: .*none.py"):
            Pipeline(self.workspace, [PythonScriptStep("none.py", source_directory="src")])
        (problem,) = Pipeline(self.workspace, [PythonScriptStep("step.py", source_directory="src", compute_target="no-cluster")]).validate()
        self.assertIn("no-cluster", problem)
        fine = Pipeline(self.workspace, [PythonScriptStep("step.py", source_directory="src")])
        with self.assertRaisesRegex(ValueError, "regenerate_output"):
            Experiment(self.workspace, "tests").submit(fine, regenerate_output=True)
        with self.assertRaisesRegex(ValueError, "Pipeline parameter with name depth does not exist"):
            Experiment(self.workspace, "tests").submit(fine, pipeline_parameters={"depth": 3})
        with self.assertRaisesRegex(NotImplementedError, "Databricks workspace"):
            DatabricksStep(name="spark", notebook_path="/x")

    def test_parameters_reach_arguments_and_variables(self) -> None:
        """Truth values as Python writes them; `params` become AML_PARAMETER_…; the submission's value wins over the default."""
        self.write({"src/step.py": "import os, sys\nprint(sys.argv[1:], os.environ['AML_PARAMETER_rate'], os.environ['AML_PARAMETER_kind'])\n"})
        depth, flag, rate = PipelineParameter("depth", 3), PipelineParameter("flag", True), PipelineParameter("rate", 0.25)
        step = PythonScriptStep("step.py", arguments=["--depth", depth, "--flag", flag], params={"rate": rate, "kind": "x y"}, source_directory="src")
        pipeline = Pipeline(self.workspace, [step])
        first, _ = self.submit(pipeline)
        self.assertIn("['--depth', '3', '--flag', 'True'] 0.25 x y", first.get_steps()[0].get_job_log())
        second, _ = self.submit(pipeline, pipeline_parameters={"depth": 45, "flag": False})
        self.assertIn("['--depth', '45', '--flag', 'False'] 0.25 x y", second.get_steps()[0].get_job_log())

    def test_outputs_without_repetition_and_commands(self) -> None:
        """An OutputFileDatasetConfig among the arguments is an output; mentions in texts become paths; the result is registered."""
        self.write({"write/write.py": write_text})
        out = OutputFileDatasetConfig().register_on_complete("the-words")
        write = PythonScriptStep("write.py", arguments=["--out", out], source_directory="write")
        show = CommandStep(command=["cat", out.as_input("given"), "&& echo done"], name="never")
        show = CommandStep(command="cat $AZUREML_DATAREFERENCE_given/words.txt && echo done", name="show", inputs=[out.as_input("given")])
        run, _ = self.submit(Pipeline(self.workspace, [show, write]))
        self.assertIn("wordsdone", run.find_step_run("show")[0].get_job_log())
        self.assertEqual(self.workspace._own.data.get("the-words").version, "1")
        again, _ = self.submit(Pipeline(self.workspace, [show, write]))
        self.assertTrue(all(step.reused for step in again.get_steps()))

    def test_a_folder_that_is_left_empty_is_an_output(self) -> None:
        """The samples' steps make the folder and write nothing into it."""
        self.write({"w/w.py": "import os, sys\nos.makedirs(sys.argv[1], exist_ok=True)\n", "r/r.py": "import os, sys\nprint('found', os.listdir(sys.argv[1]))\n"})
        data = PipelineData("nothing")
        write = PythonScriptStep("w.py", arguments=[data], outputs=[data], source_directory="w")
        read = PythonScriptStep("r.py", arguments=[data], inputs=[data], source_directory="r")
        for _ in range(2):
            run, _ = self.submit(Pipeline(self.workspace, [write, read]))
            self.assertIn("found []", run.find_step_run("r.py")[0].get_job_log())

    def test_inputs_under_other_names_and_single_files(self) -> None:
        """InputPortBinding renames; with is_directory=False the output is one file."""
        self.write({"w/w.py": "import sys\nopen(sys.argv[1], 'w').write('one file')\n", "r/r.py": "import os\nprint(open(os.environ['AZUREML_DATAREFERENCE_other']).read())\n"})
        data = PipelineData("single", is_directory=False)
        write = PythonScriptStep("w.py", arguments=[data], outputs=[data], source_directory="w")
        read = PythonScriptStep("r.py", inputs=[InputPortBinding("other", bind_object=data)], source_directory="r")
        run, _ = self.submit(Pipeline(self.workspace, [write, read]))
        self.assertIn("one file", run.find_step_run("r.py")[0].get_job_log())


class Reuse(PipelineCase):
    def test_an_unchanged_folder_is_reused_and_a_changed_byte_is_not(self) -> None:
        """Only the changed step and what reads from it run again; a name, a time stamp or an ignored file changes nothing."""
        steps = self.two_steps()
        first, printed = self.submit(Pipeline(self.workspace, steps))
        self.assertIn("(This step will run and generate new outputs)", printed)
        os.utime("write/write.py", (1, 1))
        self.write({"write/.amlignore": "*.log\n", "write/noise.log": "x"})
        again, printed = self.submit(Pipeline(self.workspace, steps))
        self.assertEqual(printed.count("(This step is eligible to reuse a previous run's output)"), 2)
        self.assertEqual([step.reused for step in again.get_steps()], [True, True])
        self.assertIn("read hello", again.get_steps()[1].get_job_log())
        reused = again.get_steps()[0].get_properties()
        self.assertEqual((reused["azureml.reusedrunid"], reused["azureml.reusedpipelinerunid"]), (first.get_steps()[0].id, first.id))
        self.write({"read/read.py": read_text + "#"})
        third, _ = self.submit(Pipeline(self.workspace, steps))
        self.assertEqual([step.reused for step in third.get_steps()], [True, False])

    def test_gitignore_counts_where_there_is_no_amlignore(self) -> None:
        """With folders, anchors and exceptions, as git reads it."""
        steps = self.two_steps()
        self.write({"write/.gitignore": "*.log\n!keep.log\n/built/\n**/cache/**\n"})
        self.submit(Pipeline(self.workspace, steps))
        self.write({"write/a.log": "", "write/sub/b.log": "", "write/built/x": "", "write/sub/cache/deep/y": ""})
        self.assertTrue(self.submit(Pipeline(self.workspace, steps))[0].get_steps()[0].reused)
        for name in ("write/keep.log", "write/sub/built/x"):
            self.write({name: ""})
            self.assertFalse(self.submit(Pipeline(self.workspace, steps))[0].get_steps()[0].reused, name)

    def test_allow_reuse_and_regenerate_outputs(self) -> None:
        """One step that never is reused; one submission that reuses nothing; its results are the newest ones then."""
        steps = self.two_steps(allow_reuse=False)
        self.submit(Pipeline(self.workspace, steps))
        second, _ = self.submit(Pipeline(self.workspace, steps))
        # What it leaves is the same bytes again, so that its reader is reused.
        self.assertEqual([step.reused for step in second.get_steps()], [False, True])
        third, printed = self.submit(Pipeline(self.workspace, steps), regenerate_outputs=True)
        self.assertNotIn("eligible", printed)
        self.assertEqual([step.reused for step in third.get_steps()], [False, False])
        fourth, _ = self.submit(Pipeline(self.workspace, steps), regenerate_outputs=False)
        self.assertEqual(fourth.get_steps()[1].id, third.get_steps()[1].id)


class Failures(PipelineCase):
    def build(self) -> Pipeline:
        self.write({"src/fail.py": "import time\nprint('about to fail')\ntime.sleep(0.5)\nraise SystemExit(1)\n", "src/late.py": "import sys\nprint('late', sys.argv[1])\n"})
        fail = PythonScriptStep("fail.py", source_directory="src")
        after = PythonScriptStep("late.py", name="after", arguments=["after"], source_directory="src")
        after.run_after(fail)
        self.write({"slow/slow.py": "import time\ntime.sleep(1.5)\n"})
        slow = PythonScriptStep("slow.py", source_directory="slow")
        apart = PythonScriptStep("late.py", name="apart", arguments=["apart"], source_directory="src")
        apart.run_after(slow)
        return Pipeline(self.workspace, [fail, after, slow, apart])

    def states(self, run: PipelineRun) -> "dict[str, str]":
        return {step.name: step.get_status() for step in run.get_steps()}

    def test_a_failure_stops_what_has_not_begun_and_is_raised_with_its_log(self) -> None:
        """The error names the step and shows the end of its log."""
        run = Experiment(self.workspace, "tests").submit(self.build())
        with self.assertRaisesRegex(ActivityFailedException, "(?s)Step fail.py.*about to fail"):
            run.wait_for_completion(show_output=False)
        self.assertEqual(run.get_status(), "Failed")
        self.assertEqual({name: state for name, state in self.states(run).items() if name != "slow.py"}, {"fail.py": "Failed", "after": "NotStarted", "apart": "NotStarted"})
        self.assertEqual(run.wait_for_completion(show_output=False, raise_on_error=False), "Failed")

    def test_what_is_independent_goes_on_when_that_is_wished(self) -> None:
        run = Experiment(self.workspace, "tests").submit(self.build(), continue_on_step_failure=True)
        run.wait_for_completion(show_output=False, raise_on_error=False)
        self.assertEqual(self.states(run), {"fail.py": "Failed", "after": "NotStarted", "slow.py": "Finished", "apart": "Finished"})

    def test_cancel_ends_the_run(self) -> None:
        self.write({"src/slow.py": "import time\ntime.sleep(60)\n"})
        run = Experiment(self.workspace, "tests").submit(Pipeline(self.workspace, [PythonScriptStep("slow.py", source_directory="src")]))
        run.cancel()
        self.assertEqual(run.wait_for_completion(show_output=False), "Canceled")
        for refused in (run.complete, run.fail, run.child_run):
            self.assertRaises(NotImplementedError, refused)


class Outputs(PipelineCase):
    def test_outputs_are_downloaded_to_where_they_are_said_to_lie(self) -> None:
        """Scripts join the folder they named with path_on_datastore."""
        run, _ = self.submit(Pipeline(self.workspace, self.two_steps()))
        step = run.find_step_run("write words")[0]
        self.assertEqual([*step.get_outputs()], ["words"])
        place = step.get_outputs()["words"].get_port_data_reference()
        self.assertEqual(place.datastore_name, "workspaceblobstore")
        self.assertEqual(place.download("here", show_progress=False), 1)
        with open(os.path.join("here", place.path_on_datastore, "words.txt")) as file:
            self.assertEqual(file.read(), "hello")
        self.assertEqual(step.get_output_data("words").download("here", show_progress=False), 0)
        with self.assertRaisesRegex(KeyError, "it left words"):
            step.get_output_data("word")

    def test_progress_is_printed_with_logs_and_states(self) -> None:
        """What a notebook shows while it waits."""
        run = Experiment(self.workspace, "tests").submit(Pipeline(self.workspace, self.two_steps("shown")))
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            self.assertEqual(run.wait_for_completion(show_output=True), "Finished")
        for line in (f"PipelineRunId: {run.id}", "StepRun( write words ) Status: Finished", "read shown", "PipelineRun Status: Finished"):
            self.assertIn(line, printed.getvalue())
        self.assertIn(run.id, repr(run))
        self.assertEqual(PipelineRun(run.experiment, run.id).get_status(), "Finished")


class Configured(PipelineCase):
    def test_run_configurations_and_datasets(self) -> None:
        """Target and variables come from the run configuration unless the step has its own; a dataset is a path and a named input."""
        self.write({
            "src/step.py": "import os, sys\nfrom azureml.core import Run\nprint(open(os.path.join(sys.argv[1], 'a.csv')).read(), os.environ['COLOUR'], Run.get_context().input_datasets['given'] == sys.argv[1])\nRun.get_context().log('seen', 1)\nRun.get_context().parent.log('from step', 2)\n",
            "data/a.csv": "x\n1\n",
        })
        store = self.workspace.get_default_datastore()
        store.upload("data", target_path="set", show_progress=False)
        dataset = Dataset.File.from_files(path=[(store, "set")])
        config = RunConfiguration()
        config.environment.environment_variables = {"COLOUR": "green"}
        given = dataset.as_named_input("given").as_mount()
        step = PythonScriptStep("step.py", arguments=[given], inputs=[given], source_directory="src", runconfig=config)
        run, _ = self.submit(Pipeline(self.workspace, [step]))
        self.assertIn("x\n1\n green True", run.get_steps()[0].get_job_log())
        self.assertEqual((run.get_steps()[0].get_metrics(), run.get_metrics()), ({"seen": 1}, {"from step": 2}))

    def test_a_dataset_as_parameter(self) -> None:
        """The pattern of the dataset-parameter notebook."""
        self.write({"src/step.py": "import os\nprint(os.listdir(os.environ['AZUREML_DATAREFERENCE_chosen']))\n", "data/one/one.txt": "1", "data/two/two.txt": "2"})
        store = self.workspace.get_default_datastore()
        store.upload("data", target_path="sets", show_progress=False)
        one, two = (Dataset.File.from_files(path=[(store, f"sets/{name}")]) for name in ("one", "two"))
        chosen = DatasetConsumptionConfig("chosen", PipelineParameter("dataset", default_value=one)).as_mount()
        pipeline = Pipeline(self.workspace, [PythonScriptStep("step.py", inputs=[chosen], source_directory="src")])
        first, _ = self.submit(pipeline)
        self.assertIn("one.txt", first.get_steps()[0].get_job_log())
        second, _ = self.submit(pipeline, pipeline_parameters={"dataset": two})
        self.assertIn("two.txt", second.get_steps()[0].get_job_log())
