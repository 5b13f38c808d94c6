"""What is read of a job's end: its artefacts, its metrics, why it failed, and how it is judged; no container needed."""

import pytest

from sandbox.buildpacks.job import detect
from sandbox.checks import judge_all
from sandbox.engine import State
from sandbox.evidence import Evidence
from sandbox.jobs.artefacts import kind_of, products, table
from sandbox.jobs.endings import ending, endless
from sandbox.jobs.metrics import differing, in_log, metrics_of
from sandbox.report import report
from sandbox.tree import Tree


class TestArtefacts:
    def test_products_are_listed_models_first_without_caches_and_folders(self):
        written = [
            "/app/out",
            "/app/out/roc.png",
            "/app/out/m.joblib",
            "/app/__pycache__/a.pyc",
            "/home/app/.cache/x",
            "/usr/a",
        ]
        assert products(written) == ["/app/out/m.joblib", "/app/out/roc.png"]

    def test_table_is_bounded_and_leaves_out_what_is_no_file(self):
        paths = [f"/app/{number}.pkl" for number in range(100)]
        found = table(paths, lambda path: None if path.endswith("0.pkl") else 7, "/app")
        assert (len(found["files"]), found["files"][0]) == (40, {"path": "1.pkl", "bytes": 7, "kind": "model"})
        assert 0 < found["more"] < 60

    @pytest.mark.parametrize(
        ("path", "kind"),
        [
            ("/app/model.safetensors", "model"),
            ("/app/eval_metrics.json", "metrics"),
            ("/app/params.json", "data"),
            ("/app/mlruns/0/4f/metrics/rmse", "metrics"),
            ("/app/history.csv", "metrics"),
            ("/app/predictions.csv", "data"),
            ("/app/Makefile", "other"),
        ],
    )
    def test_kind_follows_the_name(self, path, kind):
        assert kind_of(path) == kind


class TestMetrics:
    @pytest.mark.parametrize(
        ("line", "name", "value"),
        [
            ("val accuracy: 0.93", "val_accuracy", 0.93),
            ("Epoch 3/5 - loss: 0.31 - val_loss: 2.5e-1", "val_loss", 0.25),
            ("R2 score = -0.5", "r2_score", -0.5),
            ("    accuracy                           0.97       150", "accuracy", 0.97),
            ("Accuracy of the network on the test images: 87 %", "accuracy_pct", 87.0),
            ("Test RMSE is 12", "test_rmse", 12.0),
            ("ROC-AUC: .81", "roc-auc", 0.81),
        ],
    )
    def test_line_of_a_log_names_its_metric(self, line, name, value):
        assert {row["name"]: row["value"] for row in in_log(line)}[name] == value

    def test_heading_names_the_set_of_the_figures_below_it(self):
        log = "Metrics (Train 80%):\n MAE: 1.5\n=== Test ===\n MAE: 2.5\n val R2: 0.5\nOn all rows:\n MAE: 2\n"
        assert {row["name"]: row["value"] for row in in_log(log)} == {
            "train_mae": 1.5,
            "test_mae": 2.5,
            "val_r2": 0.5,
            "mae": 2.0,
        }

    @pytest.mark.parametrize("line", ["loading data 3", "flossing: 3", "accuracy: high", "score table", "a" * 5000])
    def test_other_lines_are_none(self, line):
        assert in_log(line) == []

    @pytest.mark.parametrize(
        ("path", "text", "found"),
        [
            ("metrics.json", '{"test": {"f1": 0.5, "o": true}, "loss": [2, 1], "x": NaN}', {"test.f1": 0.5, "loss": 1}),
            ("scores.yaml", "auc: 0.7\nname: forest\n", {"auc": 0.7}),
            ("results.csv", "epoch,loss\n1,0.5\n2,0.25\n", {"epoch": 2, "loss": 0.25}),
            ("results.csv", "metric,value\nmae,3\nr2,0.9\n", {"mae": 3, "r2": 0.9}),
            ("mlruns/0/ab/metrics/rmse", "17 0.9 0\n18 0.8 1\n", {"rmse": 0.8}),
            ("metrics.json", "[" * 100_000, {}),
            ("metrics.json", "not json", {}),
        ],
    )  # fmt: skip
    def test_file_of_metrics_is_read(self, path, text, found):
        assert {row["name"]: row["value"] for row in metrics_of(path, text)} == found

    def test_time_may_differ_and_a_metric_may_not(self):
        def rows(**values):
            return [{"name": name, "value": value, "source": "log"} for name, value in values.items()]

        assert differing(rows(acc=0.9, fit_time=1.0), rows(acc=0.9, fit_time=2.0)) == []
        assert differing(rows(acc=0.9), rows(acc=0.8))[0]["second"] == 0.8
        assert differing(rows(acc=0.9), [])[0]["second"] is None


UNWRITTEN = """  File "/app/t.py", line 3, in <module>
    joblib.dump(m, "out/m.pkl")
FileNotFoundError: [Errno 2] No such file or directory: 'out/m.pkl'"""


@pytest.mark.parametrize(
    ("log", "id"),
    [
        ("train.py: error: the following arguments are required: --data", "job_needs_arguments"),
        ("urllib.error.URLError: <urlopen error [Errno -3] Temporary failure in name resolution>", "network_needed"),
        ("FileNotFoundError: [Errno 2] No such file or directory: 'data/x.csv'", "missing_file"),
        ("FileNotFoundError: data/x.csv not found.", "missing_file"),
        (UNWRITTEN, "output_folder_missing"),
        ("OSError: Cannot save file into a non-existent directory: 'out'", "output_folder_missing"),
        ("ModuleNotFoundError: No module named 'google.colab'", "colab_only"),
        ("EOFError: EOF when reading a line", "job_asks_a_person"),
    ],
)
def test_end_of_a_job_is_told_in_its_own_words(log, id):
    plan = detect(Tree.of({"train.py": "import sklearn\nprint(sklearn)\n"}))
    fault = ending(log + "\n", State(False, 1), plan)
    assert (fault.id, bool(fault.fix)) == (id, True)
    assert endless(600, plan, log).id == "job_endless"


def test_job_is_no_dead_service():
    job = {"state": "done", "exit_code": 0, "seconds": 2.0, "artefacts": [], "metrics": []}
    evidence = Evidence("ml", plan={"hints": {"job": {}}}, probes={"job": job | {"repeat": {"ran": False, "why": ""}}})
    asked = {row.check.id: row.finding.outcome for row in judge_all(evidence)}
    assert (asked["answers_http"], asked["has_capacity"]) == ("not_applicable", "not_applicable")
    assert (asked["job_runs_to_its_end"], asked["job_writes_a_model"]) == ("pass", "fail")
    assert (evidence.deployed, evidence.healthy, evidence.finished) == (False, False, True)
    of_a_service = {row.check.id: row.finding.outcome for row in judge_all(Evidence("ml"))}
    assert of_a_service["job_writes_a_model"] == "not_applicable"


def test_total_of_a_job_is_capped_only_when_it_failed():
    def total(state):
        job = {"state": state, "seconds": 2.0, "artefacts": [], "metrics": []}
        return report(Evidence("general", plan={"hints": {"job": {}}}, probes={"job": job}))["scorecard"]["total"]

    assert total("done") > 20 >= total("failed")


def test_references_of_a_metrics_file_cannot_multiply_without_end():
    bomb = "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True):
        bomb += f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    assert metrics_of("metrics.yaml", bomb) == []
    assert [row["value"] for row in metrics_of("metrics.yaml", "a: &a {auc: 0.9}\nb: *a\n")] == [0.9, 0.9]
