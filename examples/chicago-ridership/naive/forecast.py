"""The forecast everybody starts with: as many riders as at the same station two weeks ago."""

import mlflow


class SameAsTwoWeeksAgo(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        # The column holds the station's own ridership 14 days before the day in question.
        return model_input["Clark_Lake"].to_numpy()


mlflow.models.set_model(SameAsTwoWeeksAgo())
