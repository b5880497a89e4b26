"""Tests of the drill that restores a backup."""
