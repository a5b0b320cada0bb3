"""The library of Chuchu: its nouns, its roles and its verbs. It knows neither HTTP nor file formats."""
