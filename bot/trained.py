"""What was trained beforehand and ships with the program: the encoder's tables, the weights."""

from functools import cache
from importlib.resources import files

from bot.conversation.following import Following
from bot.language.encoder import Encoder
from bot.matching.model import Model


@cache
def load_encoder() -> Encoder:
    """Made by tools/train_encoder.py."""
    with files("bot.language").joinpath("encoder.npz").open("rb") as opened:
        return Encoder.load(opened)


@cache
def load_model() -> Model:
    """Made by tools/fit.py."""
    return Model.parse(files("bot.matching").joinpath("weights.json").read_text("utf-8"))


@cache
def load_following() -> Following:
    """Made by tools/fit_following.py."""
    return Following.parse(files("bot.conversation").joinpath("following.json").read_text("utf-8"))
