"""The classes of CAMUS's masks, as the network numbers them too."""

CLASSES = ("background", "LV cavity", "LV myocardium", "left atrium")
LV, MYOCARDIUM, LA = 1, 2, 3
