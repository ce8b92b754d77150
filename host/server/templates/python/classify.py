"""Says which messages mean {{scenario}}. `cuecard build` makes plugin.wasm of it."""

from cuecard import Classification, ClassifiedScenario, Turn, classification


def classify(turn: Turn) -> Classification:
    if "a sure sign" not in turn.message.text.lower():
        return classification()  # what the host has understood stays
    return classification(scenario=ClassifiedScenario("{{scenario}}", 0.9, []), reason="the message has the sure sign")
