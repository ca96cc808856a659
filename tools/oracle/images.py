"""Writes small image files and what Pillow makes of them, for the tests of org.flowprior.data.

    python tools/oracle/images.py src/test/resources/org/flowprior/data

decode.zip: image files of many kinds; decoded.npz: their pixels by convert('RGB').
decode-more.zip, decoded-more.npz: the same for JPEG with four colours, WebP, and transparent pixels.
resized.npz: for each case an image, 'CASE.in' [H, W, 3], and 'CASE.WxH.FILTER', Pillow's resize of it.
cropped.npz: 'CASE.in', and 'CASE.centre.S', ADM's centre crop of it.
"""

import io
import sys
import zipfile
from pathlib import Path

import numpy
from PIL import Image, ImageCms

random = numpy.random.default_rng(7)


def smooth(width, height):
    rows, columns = numpy.mgrid[0:height, 0:width]
    planes = [columns * 255 // width, rows * 255 // height, (columns + rows) * 255 // (width + height)]
    return Image.fromarray(numpy.stack(planes, -1).astype(numpy.uint8))


def noise(width, height):
    return Image.fromarray(random.integers(0, 256, (height, width, 3), dtype=numpy.uint8))


def pixels(image):
    return numpy.asarray(image.convert("RGB"))


def files():
    image = smooth(37, 29)
    grey = image.convert("L")
    ramp = numpy.asarray(grey)
    cmyk = numpy.dstack([numpy.asarray(image), ramp // 2])
    made = {}

    def add(name, picture, **options):
        stream = io.BytesIO()
        picture.save(stream, **options)
        made[name] = stream.getvalue()

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    add("rgb.png", image, format="PNG")
    add("rgba.png", Image.fromarray(numpy.dstack([numpy.asarray(image), ramp])), format="PNG")
    add("grey.png", grey, format="PNG")
    add("grey-alpha.png", Image.merge("LA", [grey, image.getchannel(0)]), format="PNG")
    add("one-bit.png", image.convert("1"), format="PNG")
    for colors in (2, 4, 16, 200):
        add(f"palette{colors}.png", image.quantize(colors), format="PNG")
    add("palette-transparent.png", image.quantize(16), format="PNG", transparency=3)
    add("palette.gif", image, format="GIF")
    add("rgb.bmp", image, format="BMP")
    add("rgb.tif", image, format="TIFF")
    add("rgb.jpg", image, format="JPEG", quality=95)
    add("rgb444.jpg", image, format="JPEG", quality=95, subsampling=0)
    add("progressive.jpg", image, format="JPEG", quality=95, progressive=True)
    add("grey.jpg", grey, format="JPEG", quality=95)
    add("cmyk.jpg", Image.fromarray(cmyk, "CMYK"), format="JPEG", quality=95)
    add("wrong-profile.jpg", image, format="JPEG", quality=95, icc_profile=profile)
    add("png-by-another-name.jpeg", image, format="PNG")
    return made


def more_files():
    colours = numpy.random.default_rng(9)
    planes = colours.integers(0, 256, (5, 7, 4), dtype=numpy.uint8).repeat(8, 0).repeat(8, 1)
    picture = Image.fromarray(planes[:, :, :3])
    made = {}

    def add(name, image, **options):
        stream = io.BytesIO()
        image.save(stream, **options)
        made[name] = stream.getvalue()

    add("cmyk.jpg", Image.fromarray(planes, "CMYK"), format="JPEG", quality=95)
    adobe = made["cmyk.jpg"].index(b"Adobe")
    made["ycck.jpg"] = made["cmyk.jpg"][:adobe + 11] + bytes([2]) + made["cmyk.jpg"][adobe + 12:]
    add("lossless.webp", picture, format="WEBP", lossless=True)
    add("alpha.webp", Image.fromarray(planes), format="WEBP", lossless=True, exact=True)
    add("lossy.webp", smooth(37, 29), format="WEBP", quality=90)
    add("alpha.png", Image.fromarray(planes), format="PNG")
    return made


def write_decoded(directory, files, decoded, made):
    with zipfile.ZipFile(directory / files, "w") as archive:
        for name, content in made.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    numpy.savez_compressed(directory / decoded,
                           **{name: pixels(Image.open(io.BytesIO(content))) for name, content in made.items()})


def box_then_bicubic(image, size):
    while min(image.size) >= 2 * size:
        image = image.resize(tuple(side // 2 for side in image.size), resample=Image.Resampling.BOX)
    scale = size / min(image.size)
    image = image.resize(tuple(round(side * scale) for side in image.size), resample=Image.Resampling.BICUBIC)
    array = numpy.asarray(image)
    y, x = (array.shape[0] - size) // 2, (array.shape[1] - size) // 2
    return array[y:y + size, x:x + size]


def main(directory):
    directory.mkdir(parents=True, exist_ok=True)
    write_decoded(directory, "decode.zip", "decoded.npz", files())
    write_decoded(directory, "decode-more.zip", "decoded-more.npz", more_files())

    resized = {}
    sizes = [(23, 17), (40, 31), (64, 31), (40, 70), (79, 90), (1, 1), (20, 15), (13, 30)]
    for case, image in {"noise": noise(40, 31), "line": noise(50, 1)}.items():
        resized[f"{case}.in"] = pixels(image)
        for width, height in sizes:
            for name in ("BOX", "BICUBIC"):
                result = image.resize((width, height), resample=Image.Resampling[name])
                resized[f"{case}.{width}x{height}.{name}"] = pixels(result)
    numpy.savez_compressed(directory / "resized.npz", **resized)

    cropped = {}
    for case, (width, height) in {"wide": (67, 33), "tall": (21, 50), "small": (9, 7), "square": (16, 16)}.items():
        image = noise(width, height)
        cropped[f"{case}.in"] = pixels(image)
        for size in (8, 16):
            cropped[f"{case}.centre.{size}"] = box_then_bicubic(image, size)
    numpy.savez_compressed(directory / "cropped.npz", **cropped)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
