"""From a trained model to what people see: lists, similar items, reasons, the map's axes, profiles."""
