#pragma once
/// Plumbline's checker for other projects: find_package(plumbline), link plumbline::checker,
/// include this. Everything in it is in namespace plumbline; what it does not include is no
/// promise.
///
///   histories     History, Event, Call; read_history() and parse_history() for files
///   models        all_models(), register_model<M>() for one of your own
///   verdicts      check_linearizable(), check_table() for millions of calls, OnlineChecker while
///                 the history is made, check_property() for weaker properties
///   evidence      Verdict::counterexamples, Certificate, verify()
///
/// docs/library.md shows it in use.

#include "checker/certificate.h"
#include "checker/check.h"
#include "checker/models/register_model.h"
#include "checker/online.h"
#include "checker/properties/property.h"
#include "checker/verify/verify.h"
#include "core/files/history_file.h"
#include "core/files/text_file.h"
