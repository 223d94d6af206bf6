"""Where everything is kept: SQLAlchemy tables, repositories per installation, the unit of work."""
