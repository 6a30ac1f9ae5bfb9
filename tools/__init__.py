"""What runs and tends the days. Notebooks never import it."""
