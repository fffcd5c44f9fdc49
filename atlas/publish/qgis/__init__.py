"""QGIS: styles generated from the same layer files as the web map, and a project that opens at once."""
