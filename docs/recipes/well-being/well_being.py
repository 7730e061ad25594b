#!/usr/bin/env python3
"""Keeps the daily summaries of a device in SQLite, and shows how weeks differ.

    apt-get install python3-paho-mqtt        (or: pip install paho-mqtt; 1.6 and 2.x both do)
    DEVICE=living-room python3 well_being.py collect     (goes on for ever: run it as a service)
    DEVICE=living-room python3 well_being.py weeks
"""

import json
import math
import os
import sqlite3
import sys
import uuid
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

BROKER = os.environ.get("BROKER", "localhost")
PORT = int(os.environ.get("PORT", "1883"))
PREFIX = os.environ.get("PREFIX", "affectd")
DEVICE = os.environ.get("DEVICE", "living-room")
DATABASE = os.environ.get("DATABASE", "well-being.sqlite")

# A week with less than this says more about who was at home than about how they were.
MIN_DAYS = 3
MIN_SPEECH_MINUTES = 20

# The id is the key, so a summary that comes twice is stored once.
TABLE = """CREATE TABLE IF NOT EXISTS days (
    id TEXT PRIMARY KEY, device TEXT NOT NULL, day TEXT NOT NULL, week TEXT NOT NULL,
    speech_minutes REAL NOT NULL, valence REAL, arousal REAL, alerts INTEGER NOT NULL, summary TEXT NOT NULL)"""

# Means over a week are weighted by speech: a day of two sentences does not count like a day of talk.
WEEKS = """SELECT week, COUNT(DISTINCT day), SUM(speech_minutes),
    SUM(valence * speech_minutes) / SUM(CASE WHEN valence IS NULL THEN 0 ELSE speech_minutes END),
    SUM(arousal * speech_minutes) / SUM(CASE WHEN arousal IS NULL THEN 0 ELSE speech_minutes END),
    SUM(alerts) FROM days WHERE device = ? GROUP BY week ORDER BY week"""


def say(text):
    print(text, flush=True)


def parse_day(payload):
    """A row of the table, or None for whatever is no summary of a day."""
    try:
        summary = json.loads(payload)
        period = summary["period"]
        if period["kind"] != "day":
            return None
        start = datetime.strptime(period["start"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)
        day = start.astimezone(ZoneInfo(period["time_zone"])).date()
        year, week, _ = day.isocalendar()
        speech = finite(summary["speech_minutes"])
        valence, arousal = (None if summary[name] is None else finite(summary[name]) for name in ("valence", "arousal"))
        alerts = sum(int(finite(count)) for count in (summary["alerts"] or {}).values())
        row = (str(uuid.UUID(summary["id"])), DEVICE, day.isoformat(), f"{year}-W{week:02}", speech, valence, arousal, alerts)
        return (*row, json.dumps(summary))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError, OSError):
        return None


def finite(value):
    number = float(value)
    if not math.isfinite(number):
        raise ValueError("not finite")
    return number


def store(database, payload):
    row = parse_day(payload)
    if row is None:
        say("ignored: what came is no summary of a day")
        return
    with database:
        added = database.execute("INSERT OR IGNORE INTO days VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row).rowcount
    say(f"stored {row[2]}" if added else f"repeat of {row[2]}")


def print_weeks(database):
    print("week      days  speech  valence  arousal  alerts  valence against the weeks before")
    before = []
    for week, days, speech, valence, arousal, alerts in database.execute(WEEKS, (DEVICE,)):
        line = f"{week}  {days:4}  {speech:3.0f} min"
        if days < MIN_DAYS or speech < MIN_SPEECH_MINUTES or valence is None:
            print(f"{line}  too little to compare")
            continue
        print(f"{line}  {valence:+7.2f}  {arousal:+7.2f}  {alerts:6}  {against(valence, before[-4:])}")
        before.append(valence)


def against(valence, before):
    if len(before) < 2:
        return "not enough weeks yet"
    return f"{valence - sum(before) / len(before):+.2f}"


def collect(database):
    import paho.mqtt.client as mqtt
    from paho.mqtt.packettypes import PacketTypes
    from paho.mqtt.properties import Properties

    def on_connect(client, userdata, flags, reason, properties):
        client.subscribe(f"{PREFIX}/{DEVICE}/summary", 1)

    # paho-mqtt 2 wants to be told which kind of callbacks it meets; those for MQTT 5 are the same in both versions.
    version = [mqtt.CallbackAPIVersion.VERSION2] if hasattr(mqtt, "CallbackAPIVersion") else []
    client = mqtt.Client(*version, client_id=f"well-being-{DEVICE}", protocol=mqtt.MQTTv5)
    if "MQTT_USER" in os.environ:
        client.username_pw_set(os.environ["MQTT_USER"], os.environ.get("MQTT_PASSWORD"))
    client.on_connect = on_connect
    client.on_subscribe = lambda *_: say(f"collecting summaries of {DEVICE}")
    client.on_message = lambda _client, _userdata, message: store(database, message.payload)
    # The broker keeps what comes for two weeks while this program is away.
    lasting = Properties(PacketTypes.CONNECT)
    lasting.SessionExpiryInterval = 14 * 86_400
    client.connect_async(BROKER, PORT, clean_start=False, properties=lasting)
    client.loop_forever(retry_first_connection=True)


def main():
    commands = {"collect": collect, "weeks": print_weeks}
    if len(sys.argv) != 2 or sys.argv[1] not in commands:
        sys.exit("usage: well_being.py collect | weeks")
    # Who may read this file may read somebody's days.
    os.umask(0o077)
    database = sqlite3.connect(DATABASE)
    database.execute(TABLE)
    commands[sys.argv[1]](database)


if __name__ == "__main__":
    main()
