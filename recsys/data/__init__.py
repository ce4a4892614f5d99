"""Read, check and split ratings. Must not import models or pages."""
