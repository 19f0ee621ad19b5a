"""What scanners draw beside the sector: text, ECG traces, colour bars, ticks."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

SIZE = 256


def overlay(random: np.random.Generator) -> np.ndarray:
    """One drawing, uint8 (256, 256), black where nothing is drawn."""
    image = Image.new("L", (SIZE, SIZE))
    draw = ImageDraw.Draw(image)
    for _ in range(random.integers(0, 6)):
        text(draw, random)
    if random.random() < 0.5:
        ecg(draw, random)
    if random.random() < 0.4:
        bar(draw, random)
    if random.random() < 0.5:
        ticks(draw, random)
    if random.random() < 0.15:
        frame(draw, random)
    return np.asarray(image)


def grey(random: np.random.Generator) -> int:
    return int(random.integers(90, 256))


def text(draw: ImageDraw.ImageDraw, random: np.random.Generator) -> None:
    font = ImageFont.load_default(size=float(random.integers(5, 14)))
    letters = list("ABCDEFGHIKLMNOPRSTUVXYZabcdeilmnorstuv0123456789.:/-% ")
    words = "".join(random.choice(letters, random.integers(2, 16)))
    edge = random.choice([random.uniform(0, 0.25), random.uniform(0.75, 0.97)])
    free = random.uniform(-0.02, 0.9)
    x, y = (edge, free) if random.random() < 0.5 else (free, edge)
    draw.text((x * SIZE, y * SIZE), words, fill=grey(random), font=font)


def ecg(draw: ImageDraw.ImageDraw, random: np.random.Generator) -> None:
    x = np.arange(SIZE)
    base = random.uniform(0.8, 0.98) * SIZE
    beat = (x / random.uniform(25, 90) + random.random()) % 1
    wave = np.exp(-(((beat - 0.5) / 0.03) ** 2)) + 0.25 * np.exp(-(((beat - 0.8) / 0.07) ** 2))
    y = base - random.uniform(5, 30) * wave + random.normal(0, 0.4, SIZE)
    end = int(random.integers(SIZE // 2, SIZE + 1))
    draw.line(
        list(zip(x[:end].tolist(), y[:end].tolist(), strict=True)),
        fill=grey(random),
        width=int(random.integers(1, 3)),
    )


def bar(draw: ImageDraw.ImageDraw, random: np.random.Generator) -> None:
    left = random.choice([random.uniform(0.0, 0.05), random.uniform(0.9, 0.97)]) * SIZE
    top, length = random.uniform(0.02, 0.4) * SIZE, random.uniform(0.15, 0.55) * SIZE
    width = random.uniform(3, 9)
    for step in range(int(length)):
        shade = int(255 * (1 - step / length))
        draw.line([(left, top + step), (left + width, top + step)], fill=shade)


def ticks(draw: ImageDraw.ImageDraw, random: np.random.Generator) -> None:
    x = random.choice([random.uniform(0, 0.08), random.uniform(0.9, 0.99)]) * SIZE
    gap, length, shade = random.uniform(6, 25), random.uniform(1, 5), grey(random)
    for y in np.arange(random.uniform(0, 30), SIZE, gap):
        draw.line([(x, y), (x + length, y)], fill=shade)


def frame(draw: ImageDraw.ImageDraw, random: np.random.Generator) -> None:
    x, y = random.uniform(0, 0.08, 2) * SIZE
    draw.rectangle([x, y, SIZE - x, SIZE - y], outline=grey(random))


def bank(count: int, seed: int) -> np.ndarray:
    """`count` drawings, (count, 256, 256)."""
    random = np.random.default_rng(seed)
    return np.stack([overlay(random) for _ in range(count)])
