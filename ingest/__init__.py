"""The write side: sources → parse → judge → chunk → embed → publish."""
