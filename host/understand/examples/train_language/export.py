"""Writes the word lists that the training program reads: FOLDER/words/<tag>.tsv, a word and its frequency a line.

    pip install wordfreq==3.1.1 opencc-python-reimplemented==0.1.7
    python export.py FOLDER
"""

import os
import sys

import opencc
import wordfreq

MOST = 60_000
# Our tag for each of wordfreq's; Serbo-Croatian is written in both scripts, and read as Croatian in Latin.
TAGS = {tag: tag for tag in "ar bg ca cs da de en es fa fi fil fr hi hu id it ja lt mk nb nl pl pt ro ru sk sv tr uk ur vi".split()}
TAGS |= {"sh": "hr", "zh": "zh-Hans"}

folder = os.path.join(sys.argv[1], "words")
os.makedirs(folder, exist_ok=True)
large = wordfreq.available_languages("large")
traditional = opencc.OpenCC("s2twp")


def write(tag, words):
    with open(os.path.join(folder, tag + ".tsv"), "w", encoding="utf-8") as file:
        file.writelines(f"{word}\t{frequency:.3g}\n" for word, frequency in words)


for theirs, ours in TAGS.items():
    found = wordfreq.get_frequency_dict(theirs, "large" if theirs in large else "small")
    words = sorted(found.items(), key=lambda item: -item[1])[:MOST]
    write(ours, words)
    if ours == "zh-Hans":
        write("zh-Hant", [(traditional.convert(word), frequency) for word, frequency in words])
