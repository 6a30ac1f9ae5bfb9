"""Code exported from notebooks; made by `days refresh`, never edited by hand."""
