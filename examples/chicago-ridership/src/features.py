"""What is known two weeks ahead, as numbers; the same for training and for scoring."""

import pandas as pd

TARGET = "ridership"
STATION = "Clark_Lake"


def add_features(days: pd.DataFrame) -> pd.DataFrame:
    """Adds the calendar to the columns a day has; takes and keeps any other column."""
    date = pd.to_datetime(days["date"])
    table = days.drop(columns=["date"]).copy()
    table.insert(0, "date", date.dt.strftime("%Y-%m-%d"))
    table["weekday"] = date.dt.weekday
    table["is_weekend"] = (date.dt.weekday >= 5).astype(int)
    table["day_of_year"] = date.dt.dayofyear
    table["is_holiday"] = is_holiday(date).astype(int)
    return table


def is_holiday(date: pd.Series) -> pd.Series:
    """The fixed public holidays on which few people ride, and Thanksgiving, Memorial Day and Labor Day."""
    fixed = (date.dt.month * 100 + date.dt.day).isin([101, 704, 1224, 1225, 1231])
    nth = (date.dt.day - 1) // 7 + 1
    thanksgiving = (date.dt.month == 11) & (date.dt.weekday == 3) & (nth == 4)
    labor_day = (date.dt.month == 9) & (date.dt.weekday == 0) & (nth == 1)
    memorial_day = (date.dt.month == 5) & (date.dt.weekday == 0) & (date.dt.day > 24)
    return fixed | thanksgiving | labor_day | memorial_day


def model_columns(table: pd.DataFrame) -> pd.DataFrame:
    """What a model sees: everything but the day itself and the answer."""
    return table.drop(columns=[name for name in ("date", TARGET) if name in table.columns])
