"""What the notebooks import: the day, its data, its device, its proof, its figures."""
