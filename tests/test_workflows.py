"""The workflows: what they may do, and that they run nothing but what has been looked at."""

import re

import pytest
import yaml

from shared.curriculum import ROOT

FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS = sorted(FOLDER.glob("*.y*ml"))
EACH = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)


def load(path) -> dict:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def triggers(workflow: dict) -> dict:
    return workflow[True]  # YAML reads the word `on` as true


def test_both_are_there():
    assert [path.name for path in WORKFLOWS] == ["drift.yml", "test.yml"]


@EACH
def test_every_action_is_pinned_by_commit_with_its_version_beside_it(path):
    used = re.findall(r"uses:.*", path.read_text(encoding="utf-8"))
    assert used
    for line in used:
        assert re.fullmatch(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


@EACH
def test_a_workflow_may_only_read_and_keeps_no_credentials(path):
    workflow = load(path)
    assert workflow["permissions"] == {"contents": "read"}
    for name, job in workflow["jobs"].items():
        assert "permissions" not in job and job["timeout-minutes"], name
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


@EACH
def test_no_text_of_an_event_is_pasted_into_a_script(path):
    for job in load(path)["jobs"].values():
        for step in job["steps"]:
            assert "${{" not in step.get("run", ""), "hand it over through env"


def test_learners_commits_run_nothing_and_their_forks_only_verify():
    workflow = load(FOLDER / "test.yml")
    for event in ("push", "pull_request"):
        assert triggers(workflow)[event]["paths-ignore"] == ["proofs/**", "progress.md"]
    in_a_fork = {
        name
        for name, job in workflow["jobs"].items()
        if "!github.event.repository.fork" not in job.get("if", "") and "needs" not in job
    }
    assert in_a_fork == {"verify"}
    assert workflow["jobs"]["verify"]["steps"][-1]["run"] == "python -m tools.cli verify"
    assert workflow["jobs"]["test"]["strategy"]["matrix"]["python"] == ["3.11", "3.13"]


def test_drift_is_weekly_and_upstream_alone():
    workflow = load(FOLDER / "drift.yml")
    assert set(triggers(workflow)) == {"schedule", "workflow_dispatch"}
    assert workflow["jobs"]["drift"]["if"] == "${{ needs.where.outputs.fork == 'false' }}"
    assert workflow["env"]["FREEZE"].startswith("https://raw.githubusercontent.com/googlecolab/")
