"""The command line: `kwire serve`, `dump`, `verify`, `migrate`, `config`, `ping`. Each loads its code on use."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from kwire._version import __version__
from kwire.errors import CannotStart, InvalidSetting


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status: 0 for done, 1 for what went wrong, 2 for a command that was not understood."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    if chosen.command == "dump":
        chosen.paths += [path for paths in chosen.files for path in paths.split(",")]
        if not chosen.paths:
            parser.error("dump: name a file or a directory")
    if chosen.command is None:
        parser.print_help()
        return 2
    try:
        return _run(chosen)
    except (CannotStart, InvalidSetting) as error:
        print(f"kwire: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # whoever read our output has seen enough
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        return 130


def _run(chosen: argparse.Namespace) -> int:
    match chosen.command:
        case "serve":
            from kwire.cli.serve import serve

            return serve(chosen)
        case "dump":
            from kwire.cli.dump import dump

            return dump(chosen.paths, deep=chosen.deep, topic=chosen.topic, quiet=chosen.quiet)
        case "verify":
            from kwire.cli.verify import verify

            return verify(
                chosen.directories,
                deep=chosen.deep,
                quiet=chosen.quiet,
                as_json=chosen.json,
                force=chosen.force,
            )
        case "migrate":
            from kwire.cli.migrate import migrate

            return migrate(chosen.directories, to=chosen.to)
        case "config":
            from kwire.cli.settings import show_settings

            return show_settings(chosen.name, scope=chosen.scope, form=chosen.format)
        case _:
            from kwire.cli.ping import ping

            return ping(chosen.address)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kwire", description="A Kafka server that stock Kafka clients use unchanged.", allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"kwire {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    serve = commands.add_parser(
        "serve",
        help="serve Kafka clients",
        description="Serve Kafka clients until told to stop. Settings come from the file, then KAFKA_* environment "
        "variables, then --set, then the other options; a later one wins.",
        allow_abbrev=False,
    )
    serve.add_argument(
        "properties", nargs="?", metavar="server.properties", help="a Kafka broker's settings file"
    )
    serve.add_argument(
        "--listen",
        action="append",
        metavar="HOST:PORT",
        help="where to listen, instead of 127.0.0.1:9092; port 0 lets the system pick; may be repeated",
    )
    serve.add_argument("--advertise", metavar="HOST:PORT", help="where clients are told to connect")
    where = serve.add_mutually_exclusive_group()
    where.add_argument("--data", metavar="DIR", help="where the data is, instead of ./kwire-data")
    where.add_argument("--ephemeral", action="store_true", help="keep the data only until the end")
    serve.add_argument(
        "--workers", metavar="N", help="processes that share the data, each on a port of its own (see docs)"
    )
    serve.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="one setting; may be repeated"
    )
    serve.add_argument(
        "--default",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="like --set, but gives way to file and environment: for images and scripts",
    )
    serve.add_argument(
        "--log-level",
        default="info",
        choices=("debug", "info", "warning", "error"),
        help="what to tell on stderr (default: info)",
    )
    serve.add_argument("--log-format", default="human", choices=("human", "json"))
    dump = commands.add_parser(
        "dump",
        help="print and check files of a data directory, offline",
        description="Print and check files of a data directory, offline: .log, .index, .timeindex, .txnindex, "
        ".snapshot, checkpoints, or all of a directory. The options of kafka-dump-log.sh are understood too. Exit "
        "status: 0 when nothing is wrong, 1 when something is.",
        allow_abbrev=False,
    )
    dump.add_argument("paths", nargs="*", metavar="FILE", help="a file, or a partition's or a data directory")
    dump.add_argument(
        "--files", action="append", default=[], metavar="FILE,FILE", help="the same, as Kafka has it"
    )
    dump.add_argument(
        *("--deep", "--deep-iteration", "--print-data-log"),
        action="store_true",
        help="open the batches: print and check their records; those of the broker's own topics are decoded",
    )
    for option, topic in (
        ("--cluster-metadata-decoder", "__cluster_metadata"),
        ("--offsets-decoder", "__consumer_offsets"),
        ("--transaction-log-decoder", "__transaction_state"),
        ("--share-group-state-decoder", "__share_group_state"),
    ):
        dump.add_argument(
            option,
            dest="topic",
            action="store_const",
            const=topic,
            help=f"--deep, and the records are of {topic} also where no directory says so",
        )
    dump.add_argument(
        *("-q", "--quiet", "--verify-index-only", "--index-sanity-check"),
        action="store_true",
        help="print problems only",
    )
    verify = commands.add_parser(
        "verify",
        help="check a whole data directory, offline: is everything there, and as it was written",
        description="Check every file of a data directory that no server uses, without touching anything. Exit "
        "status: 0 when it is sound, 1 when there are problems, 2 when it is no data directory or is in use.",
        allow_abbrev=False,
    )
    verify.add_argument("directories", nargs="+", metavar="DIR", help="every directory of log.dirs")
    verify.add_argument("--deep", action="store_true", help="also open the batches and check their records")
    verify.add_argument("-q", "--quiet", action="store_true", help="print problems only")
    verify.add_argument("--json", action="store_true", help="print one JSON object")
    verify.add_argument(
        "--force",
        action="store_true",
        help="look although a server uses it: what it writes meanwhile may look damaged",
    )
    migrate = commands.add_parser(
        "migrate",
        help="say what of a data directory carries over between Apache Kafka and kwire",
        description="Say, without touching anything, what will and will not carry over when the other server goes on "
        "with a data directory. Exit status: 0 when all does, 1 when something does not, 2 when it is none.",
        allow_abbrev=False,
    )
    migrate.add_argument(
        "--check", action="store_true", required=True, help="only look; there is nothing to convert"
    )
    migrate.add_argument("directories", nargs="+", metavar="DIR", help="every directory of log.dirs")
    migrate.add_argument(
        "--to", choices=("kwire", "kafka"), help="who goes on, if not the one that did not have it last"
    )
    settings = commands.add_parser("config", help="print every setting, its default and its meaning")
    settings.add_argument(
        "name", nargs="?", metavar="NAME", help="one setting, or what is in the names of those wanted"
    )
    settings.add_argument("--scope", choices=("broker", "topic", "group", "client-metrics"))
    settings.add_argument("--format", choices=("text", "markdown", "json"), default="text")
    ping = commands.add_parser("ping", help="ask a server whether it serves; exit status 0 when it does")
    ping.add_argument(
        "address", nargs="?", metavar="HOST:PORT", help="default: the first listener of KAFKA_LISTENERS"
    )
    return parser
