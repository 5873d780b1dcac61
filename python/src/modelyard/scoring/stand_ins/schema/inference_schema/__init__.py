"""Says what a scoring script's ``run`` takes and gives, by samples: values come converted, and the service's document names them."""
