"""A language model small enough for plain Python: which character follows the last few?

Softmax regression: each of the CONTEXT characters before a place has a row of weights, one for
every symbol; their sum is the logits. Trained by gradient descent with Adagrad's step sizes.
"""

import math

CONTEXT = 12  # characters that a prediction looks back
START, END, UNKNOWN = 0, 1, 2  # symbols that are no character
EPSILON = 1e-8  # keeps Adagrad's division finite


class CharacterModel:
    """Knows the characters of the texts that it was made from; every weight begins at 0."""

    def __init__(self, texts):
        self.characters = "".join(sorted(set("".join(texts))))
        self._symbols = {c: i for i, c in enumerate(self.characters, start=UNKNOWN + 1)}
        self.size = UNKNOWN + 1 + len(self.characters)
        rows = CONTEXT * self.size
        self.weights = [[0.0] * self.size for _ in range(rows)]
        self._squares = [[0.0] * self.size for _ in range(rows)]  # of all gradients so far

    def encode(self, text):
        """Each place of the text as (rows to look up, symbol that is right), the end included."""
        symbols = [START] * CONTEXT + [self._symbols.get(c, UNKNOWN) for c in text] + [END]
        return [
            ([back * self.size + symbols[i - 1 - back] for back in range(CONTEXT)], symbols[i])
            for i in range(CONTEXT, len(symbols))
        ]

    def probabilities(self, rows):
        logits = [sum(column) for column in zip(*[self.weights[row] for row in rows])]
        largest = max(logits)  # taken off, so that exp() cannot overflow
        powers = [math.exp(logit - largest) for logit in logits]
        total = sum(powers)
        return [power / total for power in powers]

    def gradient(self, places, into):
        """Adds the gradient of the loss over places to into (row: list); returns that loss."""
        loss = 0.0
        for rows, right in places:
            errors = self.probabilities(rows)
            loss += surprise(errors[right])
            errors[right] -= 1.0
            for row in rows:
                before = into.get(row)
                into[row] = [a + b for a, b in zip(before, errors)] if before else errors
        return loss

    def descend(self, gradient, places, step):
        """Moves the weights against the mean gradient of that many places."""
        for row, totals in gradient.items():
            slopes = [total / places for total in totals]
            squares = [s + g * g for s, g in zip(self._squares[row], slopes)]
            self._squares[row] = squares
            self.weights[row] = [
                w - step * g / (math.sqrt(s) + EPSILON)
                for w, g, s in zip(self.weights[row], slopes, squares)
            ]

    def score(self, places):
        """(sum of the losses, how many symbols it would have guessed)."""
        loss, guessed = 0.0, 0
        for rows, right in places:
            chances = self.probabilities(rows)
            loss += surprise(chances[right])
            guessed += chances[right] == max(chances)
        return loss, guessed

    def as_json(self):
        return {"context": CONTEXT, "characters": self.characters, "weights": self.weights}


def surprise(chance):
    """The loss of a right symbol that was given this chance, in nats."""
    return -math.log(max(chance, 1e-300))  # an enormous step may leave it a chance of 0
