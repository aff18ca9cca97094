"""Client Health: self-hosted customer health scoring for B2B SaaS."""

__version__ = "0.1.0"
