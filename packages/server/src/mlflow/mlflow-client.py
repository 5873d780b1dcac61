"""What a data scientist does with MLflow's own client, against the server that the environment names. Every value is read back."""

import math
import os
import pathlib
import sys
import tempfile
import threading

import mlflow
import numpy as np
import pandas as pd
import requests
from mlflow import MlflowClient, MlflowException
from mlflow.entities import Metric, Param, RunTag, ViewType
from mlflow.models import infer_signature
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV

client = MlflowClient()
FEATURES = pd.DataFrame({"weekday": np.arange(24.0) % 7, "rides": np.arange(24.0) * 3})
TARGET = FEATURES["rides"] * 2 + FEATURES["weekday"]


def refused(code, work, *args, **kwargs):
    try:
        work(*args, **kwargs)
    except MlflowException as error:
        assert error.error_code == code, f"{error.error_code}: {error}"
        return str(error)
    raise AssertionError(f"{work} was not refused")


def runs_keep_what_they_log():
    experiment = mlflow.set_experiment("logging")
    with mlflow.start_run(run_name="all of it", description="a note") as run:
        mlflow.log_param("depth", 3)
        mlflow.log_params({"rate": 0.1, "kind": "tree"})
        mlflow.log_metric("loss", 2.0, step=1)
        mlflow.log_metric("loss", 1.0, step=3)
        mlflow.log_metric("loss", float("nan"), step=2)
        mlflow.log_metrics({"inf": math.inf, "minus": -math.inf, "tiny": 5e-324, "huge": 1e308}, step=2**53 - 1)
        mlflow.log_metric("backwards", 1.5, step=-5)
        mlflow.set_tag("team", "rail")
        mlflow.set_tags({"städte/zürich": "ja", "spaces in it": "yes"})
        mlflow.delete_tag("team")
    read = mlflow.get_run(run.info.run_id)
    assert read.info.status == "FINISHED" and read.info.run_name == "all of it" and read.info.end_time is not None
    assert read.info.experiment_id == experiment.experiment_id
    assert read.data.params == {"depth": "3", "rate": "0.1", "kind": "tree"}, read.data.params
    assert read.data.metrics == {
        "loss": 1.0, "inf": math.inf, "minus": -math.inf, "tiny": 5e-324, "huge": 1e308, "backwards": 1.5,
    }, read.data.metrics
    assert read.data.tags["städte/zürich"] == "ja" and "team" not in read.data.tags
    assert read.data.tags["mlflow.note.content"] == "a note"
    history = client.get_metric_history(run.info.run_id, "loss")
    assert [point.step for point in history] == [1, 3, 2] and math.isnan(history[2].value)
    message = refused("INVALID_PARAMETER_VALUE", client.log_param, run.info.run_id, "depth", 4)
    assert "Changing param values is not allowed" in message, message
    client.log_param(run.info.run_id, "depth", 3)
    refused("RESOURCE_DOES_NOT_EXIST", client.delete_tag, run.info.run_id, "team")


def batches_are_kept_once():
    run = client.create_run(client.get_experiment_by_name("logging").experiment_id)
    metrics = [Metric(f"m{index % 10}", index, 1000 + index, index) for index in range(1000)]
    client.log_batch(run.info.run_id, metrics=metrics)
    client.log_batch(run.info.run_id, metrics=metrics)
    assert len(client.get_metric_history(run.info.run_id, "m3")) == 100
    # The client cuts this into pieces that a server takes.
    client.log_batch(run.info.run_id, params=[Param(f"p{index}", "v") for index in range(250)], tags=[RunTag("t", "v")])
    assert len(client.get_run(run.info.run_id).data.params) == 250
    client.set_terminated(run.info.run_id, "KILLED")
    assert client.get_run(run.info.run_id).info.status == "KILLED"


def artifacts_come_back_byte_for_byte():
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "sub").mkdir()
        (root / "sub" / "ü b.bin").write_bytes(bytes(range(256)) * 5000)
        (root / "empty.txt").write_bytes(b"")
        with mlflow.start_run() as run:
            mlflow.log_artifact(str(root / "empty.txt"), "one")
            mlflow.log_artifacts(str(root), "all")
            mlflow.log_dict({"a": [1, None, "ß"]}, "docs/a.json")
            mlflow.log_text("some text", "docs/note 100%.txt")
            mlflow.log_table({"row": [1, 2]}, "table.json")
            mlflow.log_table({"row": [3]}, "table.json")
        names = lambda path=None: sorted((each.path, each.is_dir) for each in client.list_artifacts(run.info.run_id, path))
        assert names() == [("all", True), ("docs", True), ("one", True), ("table.json", False)], names()
        assert names("all/sub") == [("all/sub/ü b.bin", False)], names("all/sub")
        got = pathlib.Path(client.download_artifacts(run.info.run_id, "all"))
        assert (got / "sub" / "ü b.bin").read_bytes() == (root / "sub" / "ü b.bin").read_bytes()
        assert (got / "empty.txt").read_bytes() == b""
        uri = run.info.artifact_uri
        assert mlflow.artifacts.load_dict(f"{uri}/docs/a.json") == {"a": [1, None, "ß"]}
        assert pathlib.Path(client.download_artifacts(run.info.run_id, "docs/note 100%.txt")).read_text() == "some text"
        assert len(mlflow.load_table("table.json", run_ids=[run.info.run_id])) == 3
        try:
            client.list_artifacts(run.info.run_id, "../elsewhere")
            raise AssertionError("a path out of the run was not refused")
        except requests.HTTPError as error:
            assert "INVALID_PARAMETER_VALUE" in str(error), error


def searches_find_filter_and_order():
    mlflow.set_experiment("searching")
    ids = {}
    for name, value in [("a", 3.0), ("b", 1.0), ("c", float("nan")), ("d", None)]:
        with mlflow.start_run(run_name=name) as run:
            ids[name] = run.info.run_id
            mlflow.log_param("letter", name)
            mlflow.set_tag("half", "first" if name in "ab" else "second")
            if value is not None:
                mlflow.log_metric("score", value)

    def names(filter_string="", **options):
        found = mlflow.search_runs(filter_string=filter_string, output_format="list", **options)
        return [each.info.run_name for each in found]

    assert names() == ["d", "c", "b", "a"]
    assert names(order_by=["metrics.score ASC"]) == ["b", "a", "c", "d"]
    assert names(order_by=["metrics.score DESC"]) == ["a", "b", "c", "d"]
    assert names("metrics.score > 0.5 and tags.half = 'first'", order_by=["params.letter"]) == ["a", "b"]
    assert names("params.letter LIKE 'C'") == [] and names("params.letter ILIKE 'C'") == ["c"]
    assert names("attributes.run_name != 'a' and attributes.status = 'FINISHED'", max_results=1) == ["d"]
    assert names(f"attributes.run_id IN ('{ids['a']}', '{ids['d']}')") == ["d", "a"]
    assert len(mlflow.search_runs(search_all_experiments=True)) > 4
    refused("INVALID_PARAMETER_VALUE", names, "metrics.score is great")
    page = client.search_runs([mlflow.get_run(ids["a"]).info.experiment_id], max_results=3)
    rest = client.search_runs([mlflow.get_run(ids["a"]).info.experiment_id], max_results=3, page_token=page.token)
    assert len(page) == 3 and len(rest) == 1 and not rest.token


def nested_runs_know_their_parent():
    mlflow.set_experiment("nesting")
    with mlflow.start_run() as outer, mlflow.start_run(nested=True) as middle, mlflow.start_run(nested=True) as inner:
        pass
    children = mlflow.search_runs(filter_string=f"tags.mlflow.parentRunId = '{outer.info.run_id}'", output_format="list")
    assert [each.info.run_id for each in children] == [middle.info.run_id]
    assert mlflow.get_parent_run(inner.info.run_id).info.run_id == middle.info.run_id


def experiments_are_found_deleted_and_restored():
    made = mlflow.create_experiment("short lived", tags={"kind": "trial"})
    client.set_experiment_tag(made, "more", "yes")
    found = mlflow.search_experiments(filter_string="tags.kind = 'trial'")
    assert [each.name for each in found] == ["short lived"] and found[0].tags == {"kind": "trial", "more": "yes"}
    assert client.get_experiment("0").name == "Default"
    run = client.create_run(made)
    refused("RESOURCE_ALREADY_EXISTS", mlflow.create_experiment, "short lived")
    client.rename_experiment(made, "renamed")
    client.delete_experiment(made)
    assert client.get_experiment(made).lifecycle_stage == "deleted"
    assert client.get_run(run.info.run_id).info.lifecycle_stage == "deleted"
    refused("INVALID_PARAMETER_VALUE", client.log_metric, run.info.run_id, "m", 1)
    refused("INVALID_PARAMETER_VALUE", client.create_run, made)
    assert "renamed" in [each.name for each in mlflow.search_experiments(view_type=ViewType.DELETED_ONLY)]
    client.restore_experiment(made)
    client.log_metric(run.info.run_id, "m", 1)
    client.delete_run(run.info.run_id)
    assert client.search_runs([made]) == []
    assert len(client.search_runs([made], run_view_type=ViewType.ALL)) == 1
    client.restore_run(run.info.run_id)
    assert client.get_run(run.info.run_id).data.metrics == {"m": 1.0}
    refused("RESOURCE_DOES_NOT_EXIST", client.get_experiment, "987654")
    refused("RESOURCE_DOES_NOT_EXIST", client.get_run, "0" * 32)


def autolog_records_a_fit():
    mlflow.set_experiment("autolog")
    mlflow.sklearn.autolog(log_models=True, max_tuning_runs=2)
    with mlflow.start_run() as run:
        GridSearchCV(Ridge(), {"alpha": [0.5, 1.0]}, cv=2).fit(FEATURES, TARGET)
    mlflow.sklearn.autolog(disable=True)
    read = mlflow.get_run(run.info.run_id)
    assert "best_cv_score" in read.data.metrics and read.data.params["cv"] == "2", read.data
    assert [each.tags[0].value for each in read.inputs.dataset_inputs] == ["train"]
    assert len(mlflow.search_runs(filter_string=f"tags.mlflow.parentRunId = '{run.info.run_id}'")) == 2
    assert len(mlflow.search_runs(filter_string="datasets.context = 'train'")) >= 1
    assert len(read.outputs.model_outputs) >= 1


def models_are_logged_registered_and_loaded():
    mlflow.set_experiment("models")
    model = Ridge().fit(FEATURES, TARGET)
    expected = model.predict(FEATURES)
    with mlflow.start_run() as run:
        mlflow.log_metric("mae", 0.25)
        info = mlflow.sklearn.log_model(
            model,
            name="model",
            signature=infer_signature(FEATURES, expected),
            input_example=FEATURES.head(2),
            params={"alpha": 1.0},
        )
    run_id = run.info.run_id
    for uri in (info.model_uri, f"models:/{info.model_id}", f"runs:/{run_id}/model"):
        assert (mlflow.sklearn.load_model(uri).predict(FEATURES) == expected).all(), uri
        assert (mlflow.pyfunc.load_model(uri).predict(FEATURES) == expected).all(), uri
    logged = mlflow.get_logged_model(info.model_id)
    assert str(logged.status) == "READY" and logged.source_run_id == run_id and logged.params == {"alpha": "1.0"}
    assert [metric.value for metric in logged.metrics if metric.key == "mae"] == [0.25], logged.metrics
    assert mlflow.get_run(run_id).outputs.model_outputs[0].model_id == info.model_id
    found = mlflow.search_logged_models(
        experiment_ids=[run.info.experiment_id], filter_string="name = 'model' AND metrics.mae < 1", output_format="list"
    )
    assert [each.model_id for each in found] == [info.model_id]

    first = mlflow.register_model(info.model_uri, "ridership", tags={"stage": "trial"})
    second = mlflow.register_model(f"runs:/{run_id}/model", "ridership")
    assert (first.version, second.version, first.run_id, first.status) == ("1", "2", run_id, "READY")
    client.set_registered_model_alias("ridership", "champion", 1)
    for uri in ("models:/ridership/2", "models:/ridership@champion", "models:/ridership/latest"):
        assert (mlflow.pyfunc.load_model(uri).predict(FEATURES) == expected).all(), uri
    assert client.get_model_version_by_alias("ridership", "champion").version == "1"
    client.set_registered_model_alias("ridership", "champion", 2)
    assert client.get_model_version("ridership", 2).aliases == ["champion"]
    assert client.get_registered_model("ridership").aliases == {"champion": "2"}
    client.delete_registered_model_alias("ridership", "champion")
    refused("INVALID_PARAMETER_VALUE", client.get_model_version_by_alias, "ridership", "champion")
    refused("INVALID_PARAMETER_VALUE", client.set_registered_model_alias, "ridership", "latest", 1)
    refused("RESOURCE_DOES_NOT_EXIST", client.set_registered_model_alias, "ridership", "champion", 99)

    client.update_model_version("ridership", 1, "the first")
    client.set_model_version_tag("ridership", 1, "checked", "yes")
    client.delete_model_version_tag("ridership", 1, "stage")
    version = client.get_model_version("ridership", 1)
    assert (version.description, version.tags) == ("the first", {"checked": "yes"})
    assert [each.version for each in client.search_model_versions("name = 'ridership'", order_by=["version_number ASC"])] == ["1", "2"]
    assert len(client.search_model_versions(f"run_id = '{run_id}' and tags.checked = 'yes'")) == 1
    assert [each.name for each in client.search_registered_models("name LIKE 'rider%'")] == ["ridership"]
    client.transition_model_version_stage("ridership", 1, "Production")
    client.transition_model_version_stage("ridership", 2, "Production", archive_existing_versions=True)
    assert client.get_model_version("ridership", 1).current_stage == "Archived"
    assert [each.version for each in client.get_latest_versions("ridership", ["Production"])] == ["2"]
    assert (mlflow.pyfunc.load_model("models:/ridership/Production").predict(FEATURES) == expected).all()
    client.copy_model_version("models:/ridership/2", "copied")
    assert (mlflow.pyfunc.load_model("models:/copied/1").predict(FEATURES) == expected).all()

    client.delete_run(run_id)
    assert (mlflow.pyfunc.load_model("models:/ridership/2").predict(FEATURES) == expected).all()
    client.rename_registered_model("ridership", "renamed")
    assert client.get_model_version("renamed", 1).description == "the first"
    client.delete_model_version("renamed", 1)
    refused("RESOURCE_DOES_NOT_EXIST", client.get_model_version, "renamed", 1)
    client.delete_registered_model("renamed")
    refused("RESOURCE_DOES_NOT_EXIST", client.get_registered_model, "renamed")


def registering_at_once_gives_each_its_own_number():
    with mlflow.start_run() as run:
        mlflow.log_text("{}", "files/MLmodel")
    client.create_registered_model("many", description="at once")
    refused("RESOURCE_ALREADY_EXISTS", client.create_registered_model, "many")
    refused("INVALID_PARAMETER_VALUE", client.create_registered_model, "a/b")
    for source in ("file:///etc", "/etc", "s3://bucket/x", f"runs:/{run.info.run_id}/../x"):
        refused("INVALID_PARAMETER_VALUE", client.create_model_version, "many", source)
    versions = []

    def register():
        made = client.create_model_version("many", f"runs:/{run.info.run_id}/files", run.info.run_id)
        versions.append(int(made.version))

    threads = [threading.Thread(target=register) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(versions) == list(range(1, 21)), versions


def a_job_records_into_its_own_run():
    """With the token of a job and MLFLOW_RUN_ID, as a step's script runs."""
    own = os.environ["MLFLOW_RUN_ID"]
    mlflow.sklearn.autolog()
    with mlflow.start_run() as run:
        assert run.info.run_id == own
        model = Ridge().fit(FEATURES, TARGET)
        mlflow.log_metric("mae", 1.0)
        mlflow.log_dict({"a": 1}, "a.json")
        info = mlflow.sklearn.log_model(model, name="by-hand", registered_model_name="from-a-job")
        with mlflow.start_run(nested=True) as child:
            mlflow.log_param("depth", 1)
    assert mlflow.get_parent_run(child.info.run_id).info.run_id == own
    with mlflow.start_run() as later:
        mlflow.log_metric("again", 1.0)
    assert mlflow.get_parent_run(later.info.run_id).info.run_id == own
    other = os.environ["OTHER_RUN_ID"]
    refused("PERMISSION_DENIED", client.log_metric, other, "mae", 1.0)
    refused("PERMISSION_DENIED", client.set_tag, own, "mlflow.parentRunId", other)
    refused("PERMISSION_DENIED", client.delete_experiment, run.info.experiment_id)
    refused("PERMISSION_DENIED", client.create_model_version, "from-a-job", info.model_uri, other)
    refused("PERMISSION_DENIED", client.set_registered_model_alias, "from-a-job", "champion", 1)
    refused("PERMISSION_DENIED", client.delete_registered_model, "from-a-job")


STEPS = [
    runs_keep_what_they_log,
    batches_are_kept_once,
    artifacts_come_back_byte_for_byte,
    searches_find_filter_and_order,
    nested_runs_know_their_parent,
    experiments_are_found_deleted_and_restored,
    autolog_records_a_fit,
    models_are_logged_registered_and_loaded,
    registering_at_once_gives_each_its_own_number,
]

if __name__ == "__main__":
    wished = sys.argv[1:]
    for step in [globals()[name] for name in wished] or STEPS:
        step()
        print(f"held: {step.__name__}", file=sys.stdout, flush=True)
