"""Runs every check and tells what is wrong; exit code 1 if anything is."""

import sys
from typing import Final

from .packaging import check_brand, check_hacs, check_manifest, check_manifest_values, check_version
from .quality import check_quality_scale
from .texts import check_fields, check_icons, check_languages, check_translations
from .tree import Tree

CHECKS: Final = (
    check_manifest,
    check_manifest_values,
    check_version,
    check_hacs,
    check_brand,
    check_translations,
    check_languages,
    check_fields,
    check_icons,
    check_quality_scale,
)


def main() -> int:
    """Check the checkout that this file is part of."""
    tree = Tree()
    problems = [problem for check in CHECKS for problem in check(tree)]
    print(*problems or [f"{len(CHECKS)} checks, no problem"], sep="\n")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
