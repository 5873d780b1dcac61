"""The whole way of a model, from a script to a service and back to a better one, told in ten chapters.

Runs against the server that the environment names (``MODELYARD_URL``, ``MODELYARD_TOKEN``), as often as you like: a chapter holds when it
succeeded or when its result was reused. ``npm run quickstart`` starts a server and runs it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

import modelyard
from loop_chapters import add_chapters, find_or_create
from replay import TARGET, copy_days, read_days
from telling import Story

here = Path(__file__).resolve().parent
story = Story("From a script to a service: the riders of Clark/Lake, Chicago")


@story.chapter("A workspace, and a forecast to beat")
def workspace_and_naive_forecast() -> str:
    workspace = story.keep("workspace", modelyard.Workspace.get_or_create("chicago"))
    config = workspace.write_config(here)
    story.say(f"workspace {workspace.name}; {config.relative_to(here)} written, so that scripts in this folder find it")
    champion = workspace.models.find("ridership", "@champion")
    if champion is None:
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.executable, here / "naive" / "save.py", "--out", folder], check=True, capture_output=True)
            first = workspace.models.register("ridership", folder, description="As many riders as at the same station 14 days before")
        champion = workspace.models.set_alias("ridership", "champion", first.version)
        story.say("the naive forecast (same station, 14 days before) is the first champion")
    story.link("model", f"{workspace.url}/models/ridership")
    return f"champion is version {champion.version}"


@story.chapter("A cluster that scales to zero")
def cluster() -> str:
    workspace = story.kept("workspace")
    found = workspace.compute.get_or_create("cpu-cluster", min_nodes=0, max_nodes=4, idle_seconds=2)
    story.link("compute", f"{workspace.url}/compute/cpu-cluster")
    return f"{found.name}: 0 to 4 nodes, {found.node_count} now"


@story.chapter("Prepare, train two families in parallel, evaluate, gate")
def first_pipeline() -> str:
    workspace = story.kept("workspace")
    with tempfile.TemporaryDirectory() as folder:
        # What is known at the end of 2003; later days come when their time has.
        data = workspace.data.create("ridership-days", copy_days(here / "data" / "chicago.csv", "2003-12-31", Path(folder) / "days.csv"), description="Daily ridership of Clark/Lake")
    story.say(f"data asset {data.name} version {data.version}")
    job = story.keep("job", workspace.jobs.submit(here / "pipeline.yml"))
    most_nodes = watch(job)
    story.link("job", job.url)
    for note in describe(job):
        story.say(note)
    wait_for_empty_cluster(workspace)
    return f"{gate_words(job)}; nodes 0 → {most_nodes} → 0" if most_nodes else gate_words(job)


@story.chapter("The same again: nothing runs")
def full_reuse() -> str:
    workspace = story.kept("workspace")
    # The champion may have changed since a pipeline of an earlier story; what the gate saw then is then judged anew, once.
    started = time.perf_counter()
    job = workspace.jobs.submit(here / "pipeline.yml").wait()
    elapsed = time.perf_counter() - started
    reused = [step for step in job.steps if step.reused]
    if len(reused) != len(job.steps):
        raise story.Broken(f"only {len(reused)} of {len(job.steps)} steps were reused")
    story.link("reused job", job.url)
    return f"{len(reused)} of {len(job.steps)} steps reused, no process started, {elapsed:.2f} s with the upload"


@story.chapter("One parameter changes: only what depends on it runs")
def changed_parameter() -> str:
    workspace = story.kept("workspace")
    alpha = untried_alpha(workspace)
    job = workspace.jobs.submit(here / "pipeline.yml", set={"alpha": alpha})
    watch(job)
    for line in job.why():
        story.say(f"{line['step']}: {'reused' if line['reused'] else 'ran'}, {line['reason']}")
    for name, expected in (("prepare", True), ("train-forest", True), ("train-linear", False)):
        if job.step(name).reused is not expected:
            raise story.Broken(f"the step {name} should {'not ' if expected else ''}have run")
    story.link("changed job", job.url)
    return f"alpha = {alpha:g}: {', '.join(step.name for step in job.steps if not step.reused)} ran"


@story.chapter("Published, and triggered by a POST")
def published() -> str:
    workspace = story.kept("workspace")
    pipeline = workspace.pipelines.publish("ridership-training", job=story.kept("job"), description="Train, judge, register")
    alpha = untried_alpha(workspace)
    token = workspace.connection.settings.token
    request = urllib.request.Request(
        pipeline.endpoint,
        data=json.dumps({"ExperimentName": "ridership", "ParameterAssignments": {"alpha": alpha}}).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        job = workspace.jobs.get(json.load(answer)["Id"])
    watch(job)
    story.link("pipeline", f"{workspace.url}/pipelines/{pipeline.name}")
    return f"{pipeline.name} version {pipeline.version}, POST {pipeline.endpoint} started {job.id}: {job.status}"


@story.chapter("Deployed, called, and made champion")
def deployed() -> str:
    workspace = story.kept("workspace")
    candidate = workspace.models.find("ridership", "@candidate") or workspace.models.get("ridership", "@champion")
    endpoint = find_or_create(lambda: workspace.endpoints.get("ridership"), lambda: workspace.endpoints.create(here / "endpoint.yml"))
    existing = [item.name for item in workspace.endpoints.deployments("ridership")]
    workspace.endpoints.deploy("ridership", here / "deployment.yml", uploads=["./src"], update="blue" if "blue" in existing else None)
    workspace.endpoints.wait_until_ready("ridership", "blue")
    endpoint = workspace.endpoints.get(endpoint.name)
    day, came = first_monday()
    answers = {"SDK": endpoint.invoke({"data": [day]})}
    if shutil.which("curl"):
        answers["curl"] = json.loads(call(["curl", "-sS", "--fail-with-body", endpoint.scoring_uri, "-H", f"Authorization: Bearer {endpoint.primary_key}", "-H", "Content-Type: application/json", "-d", json.dumps({"data": [day]})]))
    else:
        story.say("curl is not installed here, so it does not call")
    with tempfile.NamedTemporaryFile("w", suffix=".json") as body:
        json.dump({"data": [day]}, body)
        body.flush()
        answers["CLI"] = json.loads(call([str(story.command), "endpoint", "invoke", "ridership", "--workspace", workspace.name, "--file", body.name]))
    answers["the page's form"] = json.loads(workspace.connection.call("POST", f"{workspace.path}/endpoints/ridership/invoke", body={"body": json.dumps({"data": [day]})})["body"])
    expected = answers["SDK"]
    if any(answer != expected for answer in answers.values()):
        raise story.Broken(f"different answers: {answers}")
    workspace.models.set_alias("ridership", "champion", candidate.version)
    story.link("endpoint", endpoint.url)
    story.say(f"{day['date']}: {expected[0]:.2f} thousand riders expected, {came:.2f} came; {', '.join(answers)} agree")
    return f"version {candidate.version} answers at {endpoint.scoring_uri} and is champion"


def watch(job: modelyard.Job) -> int:
    """Waits for a job, shows its steps as they go, and returns the most nodes that the cluster had."""
    workspace = story.kept("workspace")
    most = 0

    def show(current: modelyard.Job) -> None:
        nonlocal most
        most = max(most, workspace.compute.get("cpu-cluster").node_count)
        story.progress("  ".join(f"{step.name} {'reused' if step.reused else step.status}" for step in current.steps) + f"  · {most} nodes")

    job.wait(timeout_seconds=300, on_change=show)
    return most


def describe(job: modelyard.Job) -> list[str]:
    evidence = job.step("gate").evidence
    if evidence is None or evidence["champion"] is None:
        return []
    return [f"on {evidence['rows']} held-out days: champion version {evidence['champion']['version']} {evidence['champion']['value']:.3f}, challenger {evidence['challenger']['value']:.3f} (mean absolute error, thousand riders)"]


def gate_words(job: modelyard.Job) -> str:
    evidence = job.step("gate").evidence
    if evidence is None:
        return "the gate did not run"
    interval = evidence["interval"]
    words = f"gate {evidence['decision']}"
    return f"{words}, difference {evidence['difference']:.3f} [{interval[0]:.3f}, {interval[1]:.3f}]" if interval else words


def wait_for_empty_cluster(workspace: modelyard.Workspace) -> None:
    """The nodes leave after their idle time; the story waits to see it."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        count = workspace.compute.get("cpu-cluster").node_count
        if count == 0:
            return
        story.progress(f"{count} idle nodes")
        time.sleep(0.1)
    raise story.Broken("the nodes did not leave within 20 s")


def untried_alpha(workspace: modelyard.Workspace) -> float:
    """A penalty that no job has had before."""
    tried = {job["parameters"].get("alpha") for job in workspace.jobs.list()}
    alpha = 2.0
    while alpha in tried:
        alpha = round(alpha + 0.5, 3)
    return alpha


def first_monday() -> tuple[dict[str, Any], float]:
    """The first Monday after the training years, as the data source has it, and how many riders came."""
    [day] = read_days(here / "data" / "chicago.csv", "2004-01-05", "2004-01-05")
    return {name: value for name, value in day.items() if name != TARGET}, day[TARGET]


def call(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise story.Broken(f"{command[0]} ended with {done.returncode}: {done.stderr or done.stdout}")
    return done.stdout


add_chapters(story)

if __name__ == "__main__":
    sys.exit(story.tell())
