"""The loaders: facts about the tables, the readers of file formats, the stand-in."""

import gzip
import hashlib
import io
import re
import struct
import tarfile
import zipfile

import numpy as np
import pytest
from PIL import Image

from shared import converted, datasets, sources, stand_ins
from shared.curriculum import ROOT
from shared.errors import DaysError

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
    assert list(table.columns) == list(stand_ins.mall_stand_in().columns)


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


@pytest.mark.parametrize(
    "name, prefix",
    [("cifar10", "cifar10"), ("flowers10", "flowers10_128"), ("cats_dogs", "cats_dogs_64")],
)
def test_a_mirrors_part_is_read_and_called_a_part(name, prefix, mirror, rng, monkeypatch):
    folder, load = mirror / name, getattr(datasets, name)
    folder.mkdir(parents=True)
    X = rng.integers(0, 256, (5, 32, 32, 3), dtype=np.uint8)
    y, classes = np.arange(5, dtype=np.uint8), np.array(["cat", "dog"])
    np.savez(folder / f"{prefix}_train.npz", x=X[:3], y=y[:3], classes=classes)
    np.savez(folder / f"{prefix}_test.npz", x=X[3:], y=y[3:], classes=classes)
    known = hashed(folder, [f"{prefix}_train.npz", f"{prefix}_test.npz"])
    files = datasets._files
    monkeypatch.setattr(datasets, "_files", lambda h: files(known if len(h) == 2 else h))
    images = load(scale="quick")
    assert np.array_equal(images.X_train, X[:3]) and np.array_equal(images.X_test, X[3:])
    assert images.y_test.tolist() == [3, 4] and images.y_test.dtype == np.int64
    assert images.classes == ["cat", "dog"]
    assert images.source.endswith("part of the data set)")
    with pytest.raises(sources.SourceError, match="DAYS_PARTIAL=1"):
        load(scale="full")


def test_npz_files_with_pickles_inside_are_refused(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.array([{}]), y=np.zeros(1), classes=np.array([object()]))
    with pytest.raises(ValueError, match="allow_pickle"):
        datasets._read_npz_pair(tmp_path / "a.npz", tmp_path / "a.npz")


# --- archives of photos -------------------------------------------------------------------


def photo(colour, size=(20, 10), kind="PNG") -> bytes:
    """A picture file of one colour, `size` is (width, height)."""
    stream = io.BytesIO()
    Image.new("RGB", size, tuple(colour)).save(stream, kind)
    return stream.getvalue()


@pytest.fixture
def seventeen(mirror, monkeypatch):
    """A mirror with an archive of the first two of seventeen kinds; a photo's colour is its number."""
    folder = mirror / "flowers10"
    folder.mkdir(parents=True)
    with tarfile.open(folder / "17flowers.tgz", "w:gz") as archive:
        for number in range(1, 161):
            content = photo((number, 100, 0))
            member = tarfile.TarInfo(f"jpg/image_{number:04d}.jpg")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    files, known = datasets._files, hashed(folder, ["17flowers.tgz"])
    monkeypatch.setattr(datasets, "_files", lambda h: files(known if len(h) == 1 else h))
    monkeypatch.setattr(datasets, "FLOWERS", {"second": 1, "first": 0})
    return folder


def test_seventeen_flowers_are_read_by_their_numbers_and_every_fourth_is_for_testing(seventeen):
    images = datasets.flowers10(scale="full")
    numbers, tested = images.X_train[:, 64, 64, 0], images.X_test[:, 64, 64, 0]
    assert images.X_train.shape == (120, 128, 128, 3) and images.X_test.shape == (40, 128, 128, 3)
    assert images.X_train.dtype == np.uint8 and images.y_train.dtype == np.int64
    assert numbers[:4].tolist() == [81, 1, 82, 2], "a photo of each kind in turn"
    assert np.array_equal(images.y_train, np.where(numbers > 80, 0, 1))
    assert sorted(tested) == list(range(4, 161, 4))
    assert images.classes == ["second", "first"]
    assert images.source == "flowers10: mirror (the mirror named by DAYS_MIRROR)"


def test_an_archive_is_unpacked_once(seventeen, monkeypatch):
    first = datasets.flowers10(scale="full")
    monkeypatch.setattr(datasets, "_decoded", None)
    again = datasets.flowers10(scale="full")
    assert np.array_equal(first.X_train, again.X_train)
    assert np.array_equal(first.y_test, again.y_test)


def test_a_damaged_copy_of_an_archives_arrays_is_made_anew(seventeen):
    first = datasets.flowers10(scale="full")
    folder = sources.cache_folder() / "flowers10" / "pictures"
    (folder / "test.npz").write_bytes(b"PK")
    assert not converted.whole(folder, datasets.UNPACKED)
    assert np.array_equal(datasets.flowers10(scale="full").X_test, first.X_test)
    assert converted.whole(folder, datasets.UNPACKED)


def test_a_full_disk_ends_in_a_sentence(seventeen, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(datasets.np, "savez", full)
    with pytest.raises(DaysError, match=r"17flowers.tgz could not be unpacked.*MB of disk"):
        datasets.flowers10(scale="full")
    assert not (sources.cache_folder() / "flowers10" / "pictures").exists()


@pytest.mark.parametrize("size", [(40, 20), (20, 40), (300, 150), (128, 128)])
def test_of_a_long_photo_the_middle_is_kept_and_nothing_is_squashed(size):
    width, height = size
    picture = Image.new("L", size, 0)
    side = min(size)
    left, top = (width - side) // 2, (height - side) // 2
    picture.paste(255, (left, top, left + side, top + side))
    cropped = np.asarray(datasets._cropped(picture))
    assert cropped.shape == (128, 128) and cropped[4:-4, 4:-4].min() > 250


def test_cats_and_dogs_are_numbered_and_what_is_no_picture_is_counted(mirror, monkeypatch):
    folder = mirror / "cats_dogs"
    folder.mkdir(parents=True)
    whole = photo((9, 9, 9), kind="JPEG")
    members = {
        "PetImages/Dog/11250.jpg": photo((4, 1, 0)),
        "PetImages/Dog/11249.jpg": photo((3, 1, 0), (7, 90)),
        "PetImages/Cat/11249.jpg": photo((2, 0, 0)),
        "PetImages/Cat/9.jpg": photo((1, 0, 0), kind="GIF"),
        "PetImages/Cat/666.jpg": b"",
        "PetImages/Dog/11702.jpg": whole[: len(whole) // 2],
        "PetImages/Cat/12000.jpg": photo((5, 0, 0)),
        "PetImages/Cat/Thumbs.db": b"not for us",
        "readme[1].txt": b"nor this",
    }
    with zipfile.ZipFile(folder / "kagglecatsanddogs_5340.zip", "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    files, known = datasets._files, hashed(folder, ["kagglecatsanddogs_5340.zip"])
    monkeypatch.setattr(datasets, "_files", lambda h: files(known if len(h) == 1 else h))
    images = datasets.cats_dogs(scale="full")
    assert images.X_train.shape == (3, 64, 64, 3) and images.X_train.dtype == np.uint8
    assert images.X_train[:, 32, 32, 0].tolist() == [1, 2, 3]
    assert images.y_train.tolist() == [0, 0, 1] and images.y_train.dtype == np.int64
    assert images.X_test[:, 32, 32, 0].tolist() == [4, 5] and images.y_test.tolist() == [1, 0]
    assert images.classes == ["cat", "dog"]
    assert images.source.endswith("; 2 files that can't be decoded left out")


def test_imagenets_photos_are_square_and_labelled_by_their_names(mirror, monkeypatch):
    folder = mirror / "imagenet_samples"
    folder.mkdir(parents=True)
    (folder / "imagenet_00_243.jpg").write_bytes(photo((7, 0, 0), (512, 512)))
    (folder / "imagenet_01_22.jpg").write_bytes(photo((8, 0, 0), (1024, 683)))
    names = ["imagenet_00_243.jpg", "imagenet_01_22.jpg"]
    monkeypatch.setattr(datasets, "IMAGENET", hashed(folder, names))
    photos = datasets.imagenet_samples("full")
    assert photos.X.shape == (2, 512, 512, 3) and photos.X.dtype == np.uint8
    assert photos.X[:, 0, 0, 0].tolist() == [7, 8]
    assert photos.y.tolist() == [243, 22] and photos.y.dtype == np.int64
    assert [photos.classes[label] for label in photos.y] == ["bull mastiff", "bald eagle"]
    assert len(photos.classes) == 1000 and photos.source.startswith("imagenet_samples: mirror")


def test_a_box_belongs_to_the_tile_that_holds_most_of_it():
    picture = np.arange(5 * 9 * 3, dtype=np.uint8).reshape(5, 9, 3)
    boxes = np.array([[0, 0, 2, 2], [3, 1, 6, 3], [7, 0, 9, 2], [0, 3, 3, 5]], np.float32)
    (left, in_left), (right, in_right) = datasets._tiles(picture, boxes, side=4)
    assert np.array_equal(left, picture[:4, :4]) and np.array_equal(right, picture[:4, 4:8])
    # The second is cut 1 : 2, the third just in half by the edge, the last 1 : 1 as well.
    assert in_left.tolist() == [[0, 0, 2, 2], [0, 3, 3, 4]]
    assert in_right.tolist() == [[0, 1, 2, 3], [3, 0, 4, 2]]


def test_a_file_without_boxes_has_none(tmp_path):
    (tmp_path / "empty.xml").write_text("<annotation><folder>data</folder></annotation>")
    assert datasets._voc_boxes(tmp_path / "empty.xml").shape == (0, 4)


def test_aerial_tiles_come_with_their_pictures_number(mirror, rng, monkeypatch):
    folder = mirror / "deepforest"
    folder.mkdir(parents=True)
    Image.fromarray(rng.integers(0, 256, (400, 850, 3), dtype=np.uint8)).save(folder / "a.png")
    Image.fromarray(rng.integers(0, 256, (400, 400, 3), dtype=np.uint8)).save(folder / "b.png")
    box = "<bndbox><xmin>{}</xmin><ymin>1</ymin><xmax>{}</xmax><ymax>9</ymax></bndbox>"
    (folder / "a.xml").write_text(
        f"<annotation>{box.format(5, 25)}{box.format(410, 420)}</annotation>"
    )
    (folder / "b.xml").write_text("<annotation></annotation>")
    known = hashed(folder, ["a.png", "a.xml", "b.png", "b.xml"])
    monkeypatch.setattr(datasets, "DEEPFOREST", known)
    tiles = datasets.deepforest()
    assert tiles.X.shape == (3, 400, 400, 3) and tiles.origin.tolist() == [0, 0, 1]
    assert [boxes.tolist() for boxes in tiles.boxes] == [[[5, 1, 25, 9]], [[10, 1, 20, 9]], []]
    assert tiles.source.startswith("deepforest: mirror")


def test_nuclei_are_read_as_they_are(mirror, rng, monkeypatch):
    folder = mirror / "nuclei"
    folder.mkdir(parents=True)
    image, labels = rng.integers(0, 60_000, (2, 6, 8), dtype=np.uint16)
    Image.fromarray(image).save(folder / "img2d.tif")
    Image.fromarray(labels).save(folder / "mask2d.tif")
    known = hashed(folder, ["img2d.tif", "mask2d.tif"])
    monkeypatch.setattr(datasets, "NUCLEI", known)
    nuclei = datasets.nuclei()
    assert np.array_equal(nuclei.image, image) and np.array_equal(nuclei.labels, labels)
    assert nuclei.image.dtype == np.uint16


# --- the stand-ins ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, draw", [("flowers10", "drawn_flowers"), ("cats_dogs", "drawn_pets")]
)
def test_photos_without_any_source_are_a_stand_in_that_says_so(name, draw, monkeypatch):
    monkeypatch.setenv("DAYS_OFFLINE", "1")
    few = getattr(stand_ins, draw)(6, 2)
    monkeypatch.setattr(stand_ins, draw, lambda: few)
    images = getattr(datasets, name)(scale="quick")
    assert np.array_equal(images.X_train, few.X_train)
    assert "SYNTHETIC STAND-IN" in images.source
    with pytest.raises(sources.SourceError):
        getattr(datasets, name)(scale="full")


@pytest.mark.parametrize("draw, side, kinds", [("drawn_flowers", 128, 10), ("drawn_pets", 64, 2)])
def test_drawings_are_balanced_and_the_same_every_time(draw, side, kinds):
    draw = getattr(stand_ins, draw)
    images, again = draw(150, 50), draw(150, 50)
    assert images.X_train.shape == (150, side, side, 3) and images.X_test.shape[0] == 50
    assert images.X_train.dtype == np.uint8 and images.y_train.dtype == np.int64
    assert len(set(images.classes)) == kinds and set(images.y_train) == set(range(kinds))
    assert np.bincount(images.y_train).max() < 2 * 150 / kinds
    assert np.array_equal(images.X_train, again.X_train)
    assert np.array_equal(images.y_test, again.y_test)
    assert not np.array_equal(images.X_train, draw(150, 50, seed=1).X_train)


@pytest.mark.parametrize("draw, chance", [("drawn_flowers", 0.1), ("drawn_pets", 0.5)])
def test_colours_of_drawings_say_nothing_of_their_class(draw, chance):
    """Neither the mean colour nor its spread leads to the class, by the nearest class mean."""
    images = getattr(stand_ins, draw)(400, 400)

    def summary(X):
        return np.concatenate([X.mean(axis=(1, 2)), X.std(axis=(1, 2))], axis=1)

    train, test = summary(images.X_train), summary(images.X_test)
    means = np.stack([train[images.y_train == k].mean(axis=0) for k in range(len(images.classes))])
    nearest = ((test[:, None] - means) ** 2).sum(axis=2).argmin(axis=1)
    assert (nearest == images.y_test).mean() < chance + 0.1


def test_cifar10_without_any_source_is_a_stand_in_that_says_so(monkeypatch):
    monkeypatch.setenv("DAYS_OFFLINE", "1")
    few = stand_ins.shape_pictures(60, 20)
    monkeypatch.setattr(stand_ins, "shape_pictures", lambda: few)
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
    a, b = stand_ins.shape_pictures(200, 50), stand_ins.shape_pictures(200, 50)
    for name in ("X_train", "y_train", "X_test", "y_test"):
        assert np.array_equal(getattr(a, name), getattr(b, name))
    other = stand_ins.shape_pictures(200, 50, seed=11)
    assert not np.array_equal(a.X_train, other.X_train)


def test_shape_pictures_look_like_cifar10():
    images = stand_ins.shape_pictures(1500, 500)
    assert images.X_train.shape == (1500, 32, 32, 3) and images.X_test.shape == (500, 32, 32, 3)
    assert images.X_train.dtype == np.uint8 and images.y_train.dtype == np.int64
    assert len(set(images.classes)) == 10
    counts = np.bincount(images.y_train, minlength=10)
    assert counts.min() > 100 and counts.max() < 200, "ten classes of about 150"


def test_the_colour_of_a_shape_picture_says_nothing_about_its_class():
    """The nearest class mean in colour alone does hardly better than one in ten."""
    images = stand_ins.shape_pictures(2000, 1000)
    train, test = images.X_train.mean(axis=(1, 2)), images.X_test.mean(axis=(1, 2))
    means = np.stack([train[images.y_train == k].mean(axis=0) for k in range(10)])
    nearest = ((test[:, None] - means) ** 2).sum(axis=2).argmin(axis=1)
    assert (nearest == images.y_test).mean() < 0.17


def test_every_table_the_curriculum_names_for_written_days_has_a_documented_loader():
    from shared import curriculum

    for facts in curriculum.load().written():
        for name in facts.data:
            assert getattr(datasets, name).__doc__, f"Day {facts.number}: {name}"
