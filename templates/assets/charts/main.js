// The script of pages whose charts need nothing but to be drawn.
import { embedCharts } from "../shared/charts.js";
import { marquee } from "../shared/marquee.js";

marquee.charts = embedCharts();
