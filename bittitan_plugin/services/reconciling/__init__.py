"""Compares our books with BitTitan's and the platform's, and corrects what it may."""
