"""Day 50's app: hostile bytes, sizes, Score-CAM against its definition, and a real browser."""

import io
import os
import shutil
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from torch import nn

from shared import checkpoints, datasets, processes, sources
from shared.curriculum import ROOT
from shared.lessons import day50_streamlit_gradcam as app
from shared.lessons.day43_grad_cam import heat_map, rescaled


def packed(picture, kind="PNG", **more):
    file = io.BytesIO()
    picture.save(file, kind, **more)
    return file.getvalue()


def noise(height, width, seed=0):
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


SOME = {kind: packed(noise(40, 50), kind) for kind in app.KINDS}


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from(app.KINDS),
    st.lists(st.tuples(st.integers(0, 9999), st.integers(0, 255)), max_size=4),
    st.integers(0, 9999),
)
def test_damaged_files_are_a_photo_or_one_sentence(kind, changes, end):
    data = bytearray(SOME[kind])
    for place, value in changes:
        data[place % len(data)] = value
    try:
        photo = app.read_photo(bytes(data[: end if end > 5000 else len(data)]))
    except ValueError as error:
        assert str(error).endswith((".", "copy.")) and "\n" not in str(error)
    else:
        assert photo.dtype == np.uint8 and photo.ndim == 3 and photo.shape[2] == 3
        assert max(photo.shape[:2]) <= app.LONGEST


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_note_of_a_phone_is_heeded(orientation):
    """All eight EXIF orientations, against turning and mirroring arrays (CIPA DC-008, 4.6.5)."""
    picture = Image.fromarray(np.arange(6 * 8, dtype=np.uint8).reshape(6, 8) * 5)
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = np.asarray(picture)
    mirrored = {2, 4, 5, 7}
    quarter_turns = {1: 0, 2: 0, 3: 2, 4: 2, 5: 1, 6: 3, 7: 3, 8: 1}[orientation]
    expected = np.rot90(stored[:, ::-1] if orientation in mirrored else stored, quarter_turns)
    found = app.read_photo(packed(picture, "PNG", exif=exif))
    np.testing.assert_array_equal(found, np.repeat(expected[..., None], 3, axis=2))


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 700), st.integers(1, 700))
def test_the_networks_view_has_sides_of_32_and_nearly_the_photos_form(height, width):
    backbone = checkpoints.Backbone(None, torch.zeros(3, 1, 1), torch.ones(3, 1, 1), 224, "")
    X = app.as_input(np.zeros((height, width, 3), np.uint8), backbone)
    h, w = X.shape[2:]
    assert X.shape[:2] == (1, 3) and max(h, w) == 224 and h % 32 == w % 32 == 0
    scale = 224 / max(height, width)
    assert h == 32 or abs(h - scale * height) <= 16
    assert w == 32 or abs(w - scale * width) <= 16


class Tiny(nn.Module):
    def __init__(self, channels=5):
        super().__init__()
        self.conv = nn.Conv2d(3, channels, 3, stride=2)
        self.linear = nn.Linear(channels, 4)

    def forward(self, X):
        return self.linear(self.conv(X).relu().mean((2, 3)))


def test_score_cam_is_its_definition_in_a_plain_loop():
    torch.manual_seed(3)
    model, X, k = Tiny().eval(), torch.randn(1, 3, 17, 21), 2
    with torch.no_grad():
        maps, scores = model.conv(X)[0], []
        for one in maps:
            large = nn.functional.interpolate(
                one[None, None], (17, 21), mode="bilinear", align_corners=True
            )
            scores.append(model(X * rescaled(large[0]))[0, k].item())
        weights = np.exp(scores) / np.exp(scores).sum()
        total = sum(w * one for w, one in zip(weights, maps, strict=True)).clamp(min=0)
        expected = heat_map(total[None].float(), (17, 21))[0].numpy()
    found = app.score_cam(model, model.conv, X, k, (17, 21))
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_fewer_maps_are_the_largest_ones():
    torch.manual_seed(4)
    model, X = Tiny().eval(), torch.randn(1, 3, 16, 16)
    with torch.no_grad():
        largest = model.conv(X)[0].mean((1, 2)).argmax()
        expected = heat_map(model.conv(X)[0, largest].clamp(min=0)[None], (16, 16))[0].numpy()
    found = app.score_cam(model, model.conv, X, 0, (16, 16), maps=1)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_streamlit_was_imported_and_kernels_started_later_still_show_figures():
    """Its import sets MPLBACKEND to Agg; conftest.py undoes that."""
    assert "streamlit" in sys.modules and os.environ["MPLBACKEND"].endswith("backend_inline")


# --- the page, in a browser ---------------------------------------------------------------

APP = """
import sys
from pathlib import Path
sys.path.insert(0, {root!r})
from shared.lessons.day50_streamlit_gradcam import page
page(Path(__file__).with_name("classes.txt").read_text().splitlines())
"""


@pytest.fixture
def address(tmp_path):
    """The app behind its real server, with a home of its own and this machine's downloads."""
    (tmp_path / "app.py").write_text(APP.format(root=str(ROOT)))
    (tmp_path / "classes.txt").write_text("\n".join(datasets.imagenet_classes()))
    port = processes.free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(tmp_path / "app.py")]
    command += ["--server.headless", "true", "--browser.gatherUsageStats", "false"]
    command += ["--server.address", "127.0.0.1", "--server.port", str(port)]
    url = f"http://127.0.0.1:{port}"
    folders = {"HOME": str(tmp_path), "DAYS_CACHE": str(sources.cache_folder())}
    with processes.serving(command, f"{url}/_stcore/health", cwd=tmp_path, **folders):
        yield url


@pytest.fixture
def browser(tmp_path):
    """A headless Chromium that stays on this machine."""
    from selenium import webdriver

    names = ("chromium", "chromium-browser", "google-chrome")
    program = next(filter(None, map(shutil.which, names)), None)
    driver = shutil.which("chromedriver")
    if not (program and driver):
        pytest.skip("no Chromium with its driver here: apt install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    quiet = "headless no-sandbox disable-gpu disable-quic no-first-run disable-dev-shm-usage"
    quiet += " disable-background-networking disable-component-update disable-sync"
    for word in [*quiet.split(), "window-size=900,1400", f"user-data-dir={tmp_path / 'profile'}"]:
        options.add_argument(f"--{word}")
    opened = webdriver.Chrome(options, webdriver.ChromeService(driver))
    yield opened
    opened.quit()


def glow(picture):
    """Share of pixels that are far more red than blue, as the hot end of the colours is."""
    pixels = np.asarray(picture.convert("RGB")).astype(int)
    return (pixels[..., 0] - pixels[..., 2] > 120).mean()


def test_a_browser_uploads_a_photo_and_sees_the_heat(address, browser, tmp_path):
    from selenium.common.exceptions import StaleElementReferenceException
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait

    # Streamlit draws the page anew while we look: what is gone by then is looked up again.
    wait = WebDriverWait(browser, 120, ignored_exceptions=[StaleElementReferenceException])

    def seen(what):
        found = browser.find_elements(By.CSS_SELECTOR, what)
        return found[0] if found else None

    def until(step):
        """What a step brings once it brings something; a traceback on the page ends the wait."""

        def look(_):
            trouble = seen("[data-testid=stException]")
            assert not trouble, trouble.text
            return step()

        return wait.until(look)

    def upload(name):
        field = seen("input[type=file]")
        return field and (field.send_keys(str(tmp_path / name)) or True)

    def refusal():
        alert = seen("[data-testid=stAlertContentError]")
        return alert and alert.text

    def result():
        """The picture's width and height and its pixels, once the whole page is there."""
        image = seen("[data-testid=stImage] img")
        if image and "dalmatian" in browser.find_element(By.TAG_NAME, "body").text:
            size = [image.get_property(name) for name in ("naturalWidth", "naturalHeight")]
            return all(size) and (size, Image.open(io.BytesIO(image.screenshot_as_png)))

    samples = datasets.imagenet_samples()
    dalmatian = list(samples.y).index(samples.classes.index("dalmatian"))
    Image.fromarray(samples.X[dalmatian]).save(tmp_path / "photo.jpg")
    (tmp_path / "letter.jpg").write_text("Dear network, what do you see here?")
    browser.get(address)
    until(lambda: upload("letter.jpg"))
    assert "JPEG, PNG or WebP" in until(refusal)
    until(lambda: upload("photo.jpg"))
    size, on_page = until(result)
    assert size == [512, 512] and not seen("[data-testid=stException]")
    assert glow(on_page) > 0.02 > 0.005 > glow(Image.fromarray(samples.X[dalmatian])), "no heat"
