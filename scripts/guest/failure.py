"""What ends a script with one line for its user."""


class Failure(Exception):
    pass
