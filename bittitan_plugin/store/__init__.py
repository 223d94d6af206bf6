"""The storage: SQLAlchemy tables, repositories per installation, the unit of work."""
