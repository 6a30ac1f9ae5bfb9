"""The loaders: facts about the tables, the readers of file formats, the stand-in."""

import gzip
import hashlib
import io
import re
import struct
import tarfile

import numpy as np
import pytest

from shared import datasets, sources
from shared.curriculum import ROOT

pytestmark = pytest.mark.usefixtures("machine")


# --- bundled tables -----------------------------------------------------------------------


def test_iris_has_fifty_flowers_of_each_species_and_no_gaps():
    iris = datasets.iris()
    assert iris.shape == (150, 5)
    assert iris["species"].value_counts().to_dict() == {
        "setosa": 50,
        "versicolor": 50,
        "virginica": 50,
    }
    assert iris.isna().sum().sum() == 0
    # Means that Fisher's own paper gives, in cm.
    means = iris.groupby("species").mean().loc["setosa"].to_numpy()
    assert means == pytest.approx([5.006, 3.428, 1.462, 0.246])


def test_titanic_is_kaggles_table_with_its_gaps():
    titanic = datasets.titanic()
    assert titanic.shape == (891, 12)
    gaps = titanic.isna().sum()
    assert gaps[gaps > 0].to_dict() == {"Age": 177, "Cabin": 687, "Embarked": 2}
    assert titanic["Survived"].sum() == 342
    assert titanic["PassengerId"].is_unique


def test_titanics_test_table_has_the_training_tables_columns_but_the_label():
    test, train = datasets.titanic_test(), datasets.titanic()
    assert test.shape == (418, 11)
    assert [name for name in train.columns if name != "Survived"] == list(test.columns)
    gaps = test.isna().sum()
    assert gaps[gaps > 0].to_dict() == {"Age": 86, "Fare": 1, "Cabin": 327}
    assert not set(test["PassengerId"]) & set(train["PassengerId"])


@pytest.mark.parametrize("name", ["iris", "titanic", "titanic_test"])
@pytest.mark.parametrize("scale", ["same", "quick", "full"])
def test_bundled_tables_need_no_network_at_any_scale(name, scale, monkeypatch):
    monkeypatch.setenv("DAYS_OFFLINE", "1")
    table = getattr(datasets, name)(scale=scale)
    [used] = sources.ledger
    assert (used.kind, used.complete) == ("bundled", True)
    assert table.attrs["source"] == str(used)


def test_every_bundled_table_has_its_hash_in_the_readme_of_data():
    rows = re.findall(
        r"^\| `(\S+)` \|.*\| `([0-9a-f]{64})` \|$",
        (ROOT / "data" / "README.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    files = [path for path in (ROOT / "data").iterdir() if path.name != "README.md"]
    assert dict(rows) == {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files
    }


# --- readers ------------------------------------------------------------------------------


def write_idx(path, array: np.ndarray) -> None:
    head = struct.pack(">BBBB", 0, 0, 8, array.ndim) + struct.pack(f">{array.ndim}i", *array.shape)
    path.write_bytes(gzip.compress(head + array.tobytes()))


@pytest.mark.parametrize("shape", [(5,), (3, 28, 28), (2, 4, 6)])
def test_idx_files_are_read_with_their_own_shape(shape, tmp_path, rng):
    array = rng.integers(0, 256, shape, dtype=np.uint8)
    write_idx(tmp_path / "a.gz", array)
    assert np.array_equal(datasets._read_idx(tmp_path / "a.gz"), array)


def test_adults_label_is_called_income_and_unknown_values_are_gaps(tmp_path):
    """As the release writes it: an index, a space after each comma, `loan`, question marks."""
    path = tmp_path / "census.csv"
    path.write_text(
        ",age,workclass,hours-per-week,loan\n0,39, State-gov,40, <=50K\n1,50, ?,13, >50K\n"
    )
    table = datasets._read_adult(path)
    assert list(table.columns) == ["age", "workclass", "hours_per_week", "income"]
    assert table["income"].tolist() == ["<=50K", ">50K"]
    assert table["workclass"].isna().tolist() == [False, True]


def test_mnists_test_digits_are_the_last_hundred_of_each(tmp_path):
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 256, (5000, 785))
    rows[:, -1] = rng.permutation(np.repeat(np.arange(10), 500))
    np.savetxt(tmp_path / "a.csv", rows, delimiter=",", fmt="%d")
    images = datasets._read_mnist(tmp_path / "a.csv")
    assert images.X_train.shape == (4000, 28, 28) and images.X_test.shape == (1000, 28, 28)
    assert (np.bincount(images.y_train) == 400).all() and (np.bincount(images.y_test) == 100).all()
    sevens = rows[rows[:, -1] == 7, :-1].reshape(-1, 28, 28)
    assert np.array_equal(images.X_test[images.y_test == 7], sevens[400:])


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_malls_table_is_read_with_either_kind_of_line_ends(end, tmp_path):
    head = "CustomerID,Genre,Age,Annual Income (k$),Spending Score (1-100)"
    path = tmp_path / "mall.csv"
    path.write_bytes(end.join([head, "0001,Male,19,15,39", "0002,Female,21,15,81", ""]).encode())
    table = datasets._read_mall(path)
    assert table["income"].tolist() == [15, 15] and table["score"].tolist() == [39, 81]
    assert list(table.columns) == list(datasets.mall_stand_in().columns)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def hashed(folder, names) -> dict[str, str]:
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    """A mirror of our own, without any other way to the data sets."""
    monkeypatch.setenv("DAYS_MIRROR", str(tmp_path / "mirror"))
    monkeypatch.setenv("DAYS_OFFLINE", "1")
    return tmp_path / "mirror"


def test_fashion_mnist_from_a_mirror(mirror, rng, monkeypatch):
    folder = mirror / "fashion_mnist"
    folder.mkdir(parents=True)
    X, y = rng.integers(0, 256, (6, 28, 28), dtype=np.uint8), np.arange(6, dtype=np.uint8)
    parts = [X[:4], y[:4], X[4:], y[4:]]
    for name, part in zip(datasets.FASHION_WEB, parts, strict=True):
        write_idx(folder / name, part)
    monkeypatch.setattr(datasets, "FASHION_WEB", hashed(folder, datasets.FASHION_WEB))
    images = datasets.fashion_mnist(scale="full")
    assert np.array_equal(images.X_train, X[:4]) and np.array_equal(images.X_test, X[4:])
    assert images.y_train.tolist() == [0, 1, 2, 3] and images.y_test.tolist() == [4, 5]
    assert images.X_train.dtype == np.uint8 and images.y_train.dtype == np.int64
    assert (len(images.classes), images.classes[9]) == (10, "ankle boot")
    assert images.source.startswith("fashion_mnist: mirror")


def test_fashion_mnist_has_no_stand_in(mirror):
    with pytest.raises(sources.SourceError, match="fashion_mnist"):
        datasets.fashion_mnist(scale="quick")


def test_cifars_binary_version_gives_rgb_pictures_the_right_way_up(tmp_path):
    """One record: label, then red, green and blue planes, row by row."""
    picture = np.zeros((32, 32, 3), np.uint8)
    picture[0, 31] = [255, 128, 64]  # the top right corner
    record = bytes([7]) + picture.transpose(2, 0, 1).tobytes()
    names = [f"class{i}" for i in range(10)]
    members = {f"data_batch_{i}.bin": bytes([i]) + record[1:] for i in range(1, 6)}
    members |= {"test_batch.bin": record, "batches.meta.txt": "\n".join(names).encode()}
    with tarfile.open(tmp_path / "cifar.tar.gz", "w:gz") as archive:
        for name, content in reversed(members.items()):
            member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    images = datasets._read_cifar_binary(tmp_path / "cifar.tar.gz")
    assert images.y_train.tolist() == [1, 2, 3, 4, 5], "batches in their order"
    assert np.array_equal(images.X_test, picture[None])
    assert images.y_test.tolist() == [7] and images.y_test.dtype == np.int64
    assert images.classes == names


def test_a_mirrors_part_of_cifar10_is_read_and_called_a_part(mirror, rng, monkeypatch):
    folder = mirror / "cifar10"
    folder.mkdir(parents=True)
    X = rng.integers(0, 256, (5, 32, 32, 3), dtype=np.uint8)
    y, classes = np.arange(5, dtype=np.uint8), np.array(["cat", "dog"])
    np.savez(folder / "cifar10_train.npz", x=X[:3], y=y[:3], classes=classes)
    np.savez(folder / "cifar10_test.npz", x=X[3:], y=y[3:], classes=classes)
    known = hashed(folder, ["cifar10_train.npz", "cifar10_test.npz"])
    files = datasets._files
    monkeypatch.setattr(datasets, "_files", lambda h: files(known if len(h) == 2 else h))
    images = datasets.cifar10(scale="quick")
    assert np.array_equal(images.X_train, X[:3]) and np.array_equal(images.X_test, X[3:])
    assert images.y_test.tolist() == [3, 4] and images.y_test.dtype == np.int64
    assert images.classes == ["cat", "dog"]
    assert "part of the data set" in images.source
    with pytest.raises(sources.SourceError, match="DAYS_PARTIAL=1"):
        datasets.cifar10(scale="full")


def test_npz_files_with_pickles_inside_are_refused(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.array([{}]), y=np.zeros(1), classes=np.array([object()]))
    with pytest.raises(ValueError, match="allow_pickle"):
        datasets._read_npz_pair(tmp_path / "a.npz", tmp_path / "a.npz")


# --- the stand-in -------------------------------------------------------------------------


def test_cifar10_without_any_source_is_a_stand_in_that_says_so(monkeypatch):
    monkeypatch.setenv("DAYS_OFFLINE", "1")
    few = datasets.shape_pictures(60, 20)
    monkeypatch.setattr(datasets, "shape_pictures", lambda: few)
    images = datasets.cifar10(scale="quick")
    assert np.array_equal(images.X_train, few.X_train)
    assert "SYNTHETIC STAND-IN" in images.source
    with pytest.raises(sources.SourceError):
        datasets.cifar10(scale="full")


def test_the_mall_without_any_source_is_a_stand_in_that_says_so(monkeypatch):
    monkeypatch.setenv("DAYS_OFFLINE", "1")
    table = datasets.mall_customers()
    assert table.shape == (200, 5) and "SYNTHETIC STAND-IN" in table.attrs["source"]
    assert table["score"].between(1, 100).all() and table["income"].between(10, 140).all()
    with pytest.raises(sources.SourceError):
        datasets.mall_customers(scale="full")


def test_shape_pictures_are_the_same_every_time():
    a, b = datasets.shape_pictures(200, 50), datasets.shape_pictures(200, 50)
    for name in ("X_train", "y_train", "X_test", "y_test"):
        assert np.array_equal(getattr(a, name), getattr(b, name))
    other = datasets.shape_pictures(200, 50, seed=11)
    assert not np.array_equal(a.X_train, other.X_train)


def test_shape_pictures_look_like_cifar10():
    images = datasets.shape_pictures(1500, 500)
    assert images.X_train.shape == (1500, 32, 32, 3) and images.X_test.shape == (500, 32, 32, 3)
    assert images.X_train.dtype == np.uint8 and images.y_train.dtype == np.int64
    assert len(set(images.classes)) == 10
    counts = np.bincount(images.y_train, minlength=10)
    assert counts.min() > 100 and counts.max() < 200, "ten classes of about 150"


def test_the_colour_of_a_shape_picture_says_nothing_about_its_class():
    """The nearest class mean in colour alone does hardly better than one in ten."""
    images = datasets.shape_pictures(2000, 1000)
    train, test = images.X_train.mean(axis=(1, 2)), images.X_test.mean(axis=(1, 2))
    means = np.stack([train[images.y_train == k].mean(axis=0) for k in range(10)])
    nearest = ((test[:, None] - means) ** 2).sum(axis=2).argmin(axis=1)
    assert (nearest == images.y_test).mean() < 0.17


def test_every_table_the_curriculum_names_for_written_days_has_a_documented_loader():
    from shared import curriculum

    for facts in curriculum.load().written():
        for name in facts.data:
            assert getattr(datasets, name).__doc__, f"Day {facts.number}: {name}"
