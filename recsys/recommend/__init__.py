"""From a trained model to what pages show: lists, similar items, reasons, the map, profiles."""
