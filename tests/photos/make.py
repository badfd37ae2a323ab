#!/usr/bin/env python3
"""Makes the test photographs again. Not needed to run any test: the JPEGs are committed.

    python3 -m venv VENV && VENV/bin/pip install pillow
    pip download --no-deps -d WHEELS scikit-image==0.26.0 scikit-learn==1.9.1
    VENV/bin/python tests/photos/make.py WHEELS/*.whl

A phone held upright stores the sensor's sideways picture and says "turn me" in EXIF. So each
photograph here is cropped upright first, then stored turned, with the tag that undoes it.
"""

import io
import pathlib
import sys
import zipfile

from PIL import Image

HERE = pathlib.Path(__file__).parent
CHENGDU = (30.657420, 104.065840)

# name: (file in the wheel, crop box, upright size, orientation tag, taken at)
PHOTOS = {
    "before": ("sklearn/datasets/images/china.jpg", (60, 0, 380, 427), (2448, 3264), 6, "2026:03:02 09:41:07"),
    "during": ("skimage/data/rocket.jpg", (0, 0, 569, 427), (1600, 1200), 3, "2026:03:02 10:05:52"),
    "after": ("skimage/data/coffee.png", (180, 0, 480, 400), (1200, 1600), 8, "2026:03:02 10:58:30"),
    "part": ("skimage/data/brick.png", (0, 64, 512, 448), (1280, 960), 1, "2026:03:02 10:22:16"),
}

# How the upright picture is turned before it is stored, so that the tag turns it back.
STORED = {1: None, 3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}


def degrees(value):
    whole = int(value)
    minutes = (value - whole) * 60
    return (float(whole), float(int(minutes)), round((minutes - int(minutes)) * 60, 4))


def exif(orientation, taken_at, size):
    latitude, longitude = CHENGDU
    tags = Image.Exif()
    tags[0x010F] = "Jobsheet"  # Make
    tags[0x0110] = "Test Camera"  # Model
    tags[0x0112] = orientation
    tags[0x0132] = taken_at
    tags.get_ifd(0x8769).update({0x9003: taken_at, 0x9011: "+08:00", 0xA002: size[0], 0xA003: size[1]})
    tags.get_ifd(0x8825).update({
        0: b"\x02\x03\x00\x00",
        1: "N", 2: degrees(latitude),
        3: "E", 4: degrees(longitude),
        5: b"\x00", 6: 500.0,
    })
    return tags


def main(wheels):
    archives = [zipfile.ZipFile(wheel) for wheel in wheels]

    def read(name):
        for archive in archives:
            if name in archive.namelist():
                picture = Image.open(io.BytesIO(archive.read(name))).convert("RGB")
                picture.info.clear()
                return picture
        sys.exit(f"{name} is in none of {', '.join(wheels) or 'no wheels given'}")

    for name, (source, box, size, orientation, taken_at) in PHOTOS.items():
        upright = read(source).crop(box).resize(size, Image.Resampling.LANCZOS)
        turn = STORED[orientation]
        stored = upright.transpose(turn) if turn is not None else upright
        path = HERE / f"{name}.jpg"
        stored.save(path, quality=72, optimize=True, exif=exif(orientation, taken_at, stored.size))
        print(f"{path.name}: {stored.size[0]}x{stored.size[1]}, orientation {orientation}, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
