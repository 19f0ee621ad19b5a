print("hinged")
