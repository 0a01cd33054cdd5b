"""Why a picture or video cannot be published."""


class BrokenPicture(ValueError):
    """The bytes are no picture of a kind that browsers show, or a part of one."""


class HiddenTrack(ValueError):
    """A video records something besides picture and sound: `kind` is its handler's name."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(kind)
