"""From answers of sources to usage metrics: aligned columns, and every problem named."""
